import { Module } from '@nestjs/common';
import type { DynamicModule } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import type { FastifyInstance } from 'fastify';
import type { InsightsViews } from '../board/insights-board.ts';
import { DocsController } from './docs.controller.ts';
import { InsightsController } from './insights.controller.ts';
import { LiveController } from './live.controller.ts';
import { protect } from './protection.ts';
import { SharedAnswers } from './shared-answers.ts';
import { PROTECTION, SERVICE_VERSION, SHARED_ANSWERS } from './tokens.ts';

/** The insights over HTTP: JSON, live stream, ledger and API document. */
@Module({})
export class InsightsHttpModule {
  /** @param options with our own clock, epoch ms, if it is another one */
  static register(options: {
    views: InsightsViews;
    version: string;
    now?: () => number;
  }): DynamicModule {
    return {
      module: InsightsHttpModule,
      controllers: [InsightsController, LiveController, DocsController],
      providers: [
        { provide: SHARED_ANSWERS, useValue: new SharedAnswers(options.views, options.now) },
        { provide: SERVICE_VERSION, useValue: options.version },
        {
          // Providers are made before Nest registers routes, and Fastify's hooks hold for later routes only.
          provide: PROTECTION,
          inject: [HttpAdapterHost],
          useFactory: ({ httpAdapter }: HttpAdapterHost) =>
            protect(httpAdapter.getInstance<FastifyInstance>()),
        },
      ],
    };
  }
}
