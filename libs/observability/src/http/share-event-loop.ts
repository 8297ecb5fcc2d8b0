import type { FastifyInstance } from 'fastify';
import { ProblemException } from '../problem-details.filter.ts';
import { Clients } from './clients.ts';
import { FairShare } from './fair-share.ts';

/** Probes and scrapes must get through when the service is busiest. */
export const URGENT_PATHS = /^\/(?:health\/|metrics(?:$|\?))/;
const RETRY_AFTER_SECONDS = '1';

/** Lets requests wait for their turn on all routes that are registered afterwards. */
export function shareEventLoop(server: FastifyInstance): void {
  const share = new FairShare();
  server.decorateRequest('client', '');
  server.decorateRequest('computingMs', 0);
  server.addHook('onRequest', (request, reply, done) => {
    const { socket } = request.raw;
    request.client = Clients.keyOf(request.ip);
    share.request({
      client: request.client,
      urgent: URGENT_PATHS.test(request.url),
      enter: () => {
        // The client is gone.
        if (!socket.destroyed) done();
      },
      refuse: (own) => {
        void reply.header('retry-after', RETRY_AFTER_SECONDS);
        done(
          own
            ? new ProblemException(429, 'Too many requests at once. Wait for their answers first.')
            : new ProblemException(503, 'The service is busy. Try again later.'),
        );
      },
    });
  });
  server.addHook('onResponse', (request, _reply, done) => {
    if (request.computingMs > 0) share.charge(request.client, request.computingMs);
    done();
  });
}
