import { createServer } from 'node:http';
import type { RequestListener, Server, ServerOptions } from 'node:http';
import type { Connections } from './connections.ts';
import { refuseByHead } from './refusals.ts';

/** Every state in which a client can leave a connection ends by itself. */
const OPTIONS: ServerOptions = {
  /** From the connection, or the first byte of a further request, to the last header. */
  headersTimeout: 10_000,
  /** To the end of the body. */
  requestTimeout: 15_000,
  /** Between two requests; load balancers commonly keep theirs for 60 s, and must be the first to let go. */
  keepAliveTimeout: 65_000,
  connectionsCheckingInterval: 1000,
  maxHeaderSize: 16_384,
  /** Node refuses by an empty answer, {@link refuseByHead} by a problem document. */
  requireHostHeader: false,
  /** Tells peers that are gone from those that have nothing to say. */
  keepAlive: true,
  keepAliveInitialDelay: 30_000,
};

/** @returns an HTTP server with time-outs, its connections and bodies bounded */
export function createBoundedServer(handler: RequestListener, connections: Connections): Server {
  const server = createServer(OPTIONS, handler);
  connections.watch(server);
  refuseByHead(server, connections);
  // Answered as if it were not there (RFC 9110, section 10.1.1): Node's own 417 would pass by all limits.
  server.on('checkExpectation', (request, response) => server.emit('request', request, response));
  return server;
}
