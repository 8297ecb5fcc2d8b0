import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Logger } from '@login-pipeline/observability';
import { ProblemException } from '../problem-details.filter.ts';
import type { Clients } from './clients.ts';
import { FairShare } from './fair-share.ts';

/** Probes and scrapes must get through when the service is busiest. */
export const URGENT_PATHS = /^\/(?:health\/(?:live|ready)|metrics)(?:$|\?)/;
const RETRY_AFTER_SECONDS = '1';

/** Has requests wait for their turn, whether a route takes them or not. */
export class EventLoopGate {
  readonly #clients: Clients;
  readonly #logger: Logger;
  readonly #share = new FairShare();
  #isForwardedKnown = false;

  constructor(clients: Clients, logger: Logger) {
    this.#clients = clients;
    this.#logger = logger;
  }

  /** Holds for all routes that are registered afterwards. */
  guard(server: FastifyInstance): void {
    const share = this.#share;
    server.decorateRequest('client', '');
    server.decorateRequest('charge', function charge(this: FastifyRequest, ms: number) {
      share.charge(this.client, ms);
    });
    server.addHook('onRequest', (request, reply, done) => {
      this.pass(request, reply, done);
    });
  }

  /** @param enter called when it is the request's turn, or with why it is refused; never when its client has left */
  pass(
    request: FastifyRequest,
    reply: FastifyReply,
    enter: (refusal?: ProblemException) => void,
  ): void {
    const { socket } = request.raw;
    if (socket.destroyed) return;
    this.#warnOfForwarded(request);
    request.client = this.#clients.of(request.raw);
    this.#share.request({
      client: request.client,
      urgent: URGENT_PATHS.test(request.url),
      isGone: () => socket.destroyed,
      enter: () => {
        enter();
      },
      refuse: (own) => {
        void reply.header('retry-after', RETRY_AFTER_SECONDS);
        enter(
          own
            ? new ProblemException(429, 'Too many requests at once. Wait for their answers first.')
            : new ProblemException(503, 'The service is busy. Try again later.'),
        );
      },
    });
  }

  /** Once: any client can send the header, and only the operator knows whether a proxy does. */
  #warnOfForwarded({ headers, socket }: FastifyRequest): void {
    if (this.#isForwardedKnown || headers['x-forwarded-for'] === undefined) return;
    if (this.#clients.isProxy(socket.remoteAddress)) return;
    this.#isForwardedKnown = true;
    this.#logger.warn(
      'a request has X-Forwarded-For, and its peer is not among HTTP_TRUSTED_PROXIES: if a proxy forwards requests, name ' +
        "the proxy's addresses there, else all clients behind it share the limits of one",
    );
  }
}
