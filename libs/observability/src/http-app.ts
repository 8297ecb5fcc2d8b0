import type { DynamicModule, Type } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { NestLogger } from './nest-logger.ts';
import { OperationsModule } from './operations.module.ts';
import type { OperationsParts } from './operations.module.ts';
import { answerFrameworkError, ProblemDetailsFilter } from './problem-details.filter.ts';

/** @returns the module as an initialised HTTP application: operators' routes, problem documents, one logger */
export async function createHttpApp(
  module: Type | DynamicModule,
  parts: OperationsParts,
): Promise<NestFastifyApplication> {
  const adapter = new FastifyAdapter({
    // Streams that clients hold open would keep a stop waiting for ever.
    forceCloseConnections: true,
    frameworkErrors: answerFrameworkError,
  });
  const app = await NestFactory.create<NestFastifyApplication>(
    { imports: [OperationsModule.register(parts), module] },
    adapter,
    { logger: new NestLogger(parts.logger), abortOnError: false },
  );
  app.useGlobalFilters(new ProblemDetailsFilter(parts.logger));
  return app.init();
}
