import { IncomingMessage, ServerResponse } from 'node:http';
import type { OutgoingHttpHeaders } from 'node:http';
import { Socket } from 'node:net';
import rateLimit from '@fastify/rate-limit';
import { ProblemException, URGENT_PATHS } from '@login-pipeline/service';
import type { FastifyInstance } from 'fastify';
import helmet from 'helmet';

/** Requests per second and client: far above what a dashboard asks. */
const MAX_REQUESTS_PER_SECOND = 2000;

/**
 * Security headers and a rate limit for all routes that are registered afterwards. Pages may load scripts, styles and
 * pictures from this service alone; no other origin may read answers (no CORS).
 */
export class Protection {
  /** The security headers of every answer. */
  readonly headers: OutgoingHttpHeaders;

  private constructor(headers: OutgoingHttpHeaders) {
    this.headers = headers;
  }

  /** Resolves when the server has both. */
  static async of(server: FastifyInstance): Promise<Protection> {
    const headers = securityHeaders();
    await protect(server, headers);
    return new Protection(headers);
  }
}

async function protect(server: FastifyInstance, headers: OutgoingHttpHeaders): Promise<void> {
  server.addHook('onRequest', (_request, reply, done) => {
    void reply.headers(headers);
    done();
  });
  await server.register(rateLimit, {
    max: MAX_REQUESTS_PER_SECOND,
    timeWindow: 1000,
    keyGenerator: ({ client }) => client,
    allowList: (request) => URGENT_PATHS.test(request.url),
    errorResponseBuilder: () =>
      new ProblemException(429, `More than ${MAX_REQUESTS_PER_SECOND} requests in one second.`),
  });
  // What no route takes is refused here, before its body is read or found to lack a type.
  server.addHook('onRequest', (request, _reply, done) => {
    done(request.is404 ? new ProblemException(404, 'There is nothing here.') : undefined);
  });
}

/** @returns the headers, made once: to make them takes longer than to send an answer from memory */
function securityHeaders(): OutgoingHttpHeaders {
  const response = new ServerResponse(new IncomingMessage(new Socket()));
  const addHeaders = helmet({
    contentSecurityPolicy: {
      useDefaults: false,
      directives: {
        defaultSrc: ["'none'"],
        scriptSrc: ["'self'"],
        workerSrc: ["'self'"],
        styleSrc: ["'self'"],
        imgSrc: ["'self'", 'data:'],
        connectSrc: ["'self'"],
        baseUri: ["'none'"],
        formAction: ["'none'"],
        frameAncestors: ["'none'"],
      },
    },
    // TLS ends at the proxy in front; the header would lock out those who use plain HTTP inside.
    strictTransportSecurity: false,
  });
  addHeaders(response.req, response, () => undefined);
  return response.getHeaders();
}
