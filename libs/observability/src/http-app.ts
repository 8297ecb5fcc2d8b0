import type { RequestListener } from 'node:http';
import type { DynamicModule, Type } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type { FastifyInstance } from 'fastify';
import { Clients } from './http/clients.ts';
import { Connections } from './http/connections.ts';
import { shareEventLoop } from './http/share-event-loop.ts';
import { createBoundedServer } from './http/server.ts';
import { NestLogger } from './nest-logger.ts';
import { OperationsModule } from './operations.module.ts';
import type { OperationsParts } from './operations.module.ts';
import { answerFrameworkError, ProblemDetailsFilter } from './problem-details.filter.ts';

declare module 'fastify' {
  interface FastifyRequest {
    /** Who asks: the peer or, behind a trusted proxy, whom it speaks for; an IPv6 client is its /64 network. */
    client: string;
    /** Ms that the answer took beyond what every request takes: charged to the client. */
    computingMs: number;
  }
}

/** No route takes a body. */
const MAX_BODY_BYTES = 1024;

/**
 * @param trustedProxies addresses and networks; who asks is then whom their `X-Forwarded-For` names
 * @returns the module as an initialised HTTP application: operators' routes, problem documents, one logger; what clients
 *   may take of connections and of the event loop is bounded
 */
export async function createHttpApp(
  module: Type | DynamicModule,
  parts: OperationsParts,
  trustedProxies: readonly string[] = [],
): Promise<NestFastifyApplication> {
  const clients = new Clients(trustedProxies);
  const connections = new Connections(clients);
  const adapter = new FastifyAdapter({
    // Streams that clients hold open would keep a stop waiting for ever.
    forceCloseConnections: true,
    frameworkErrors: answerFrameworkError,
    bodyLimit: MAX_BODY_BYTES,
    trustProxy: trustedProxies.length > 0 && ((address: string) => clients.isProxy(address)),
    serverFactory: (handler: RequestListener) => createBoundedServer(handler, connections),
  });
  // First of all: what waits for its turn has cost next to nothing.
  shareEventLoop(adapter.getInstance<FastifyInstance>());
  const app = await NestFactory.create<NestFastifyApplication>(
    { imports: [OperationsModule.register(parts), module] },
    adapter,
    { logger: new NestLogger(parts.logger), abortOnError: false },
  );
  app.useGlobalFilters(new ProblemDetailsFilter(parts.logger));
  return app.init();
}
