import type { RequestListener } from 'node:http';
import type { DynamicModule, Type } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { Clients } from './http/clients.ts';
import { Connections } from './http/connections.ts';
import { refuseUnreadable } from './http/refusals.ts';
import { EventLoopGate } from './http/share-event-loop.ts';
import { createBoundedServer } from './http/server.ts';
import { NestLogger } from './nest-logger.ts';
import { OperationsModule } from './operations.module.ts';
import type { ServiceContext } from './service-context.ts';
import { answerFrameworkError, ProblemDetailsFilter } from './problem-details.filter.ts';

declare module 'fastify' {
  interface FastifyRequest {
    /** Who asks: the peer or, behind a trusted proxy, whom it speaks for; an IPv6 client is its /64 network. */
    client: string;
    /** Charges the client for ms that the answer took beyond what every request takes. */
    charge(ms: number): void;
  }
}

/**
 * @param trustedProxies addresses and networks; who asks is then whom their `X-Forwarded-For` names
 * @returns the module as an initialised HTTP application: operators' routes, problem documents, one
 *   logger; what clients may take of connections and of the event loop is bounded
 */
export async function createHttpApp(
  module: Type | DynamicModule,
  context: ServiceContext,
  trustedProxies: readonly string[] = [],
): Promise<NestFastifyApplication> {
  const clients = new Clients(trustedProxies);
  const connections = new Connections(clients);
  const gate = new EventLoopGate(clients, context.logger);
  const adapter = new FastifyAdapter({
    // Streams that clients hold open would keep a stop waiting for ever.
    forceCloseConnections: true,
    frameworkErrors: (error: unknown, request: FastifyRequest, reply: FastifyReply) => {
      gate.pass(request, reply, (refusal) => {
        answerFrameworkError(refusal ?? error, request, reply);
      });
    },
    clientErrorHandler: (error, socket) => {
      refuseUnreadable(error, socket, connections);
    },
    serverFactory: (handler: RequestListener) => createBoundedServer(handler, connections),
  });
  // First of all: what waits for its turn has cost next to nothing.
  gate.guard(adapter.getInstance<FastifyInstance>());
  const app = await NestFactory.create<NestFastifyApplication>(
    { imports: [OperationsModule.register(context), module] },
    adapter,
    { logger: new NestLogger(context.logger), abortOnError: false },
  );
  app.useGlobalFilters(new ProblemDetailsFilter(context.logger));
  return app.init();
}
