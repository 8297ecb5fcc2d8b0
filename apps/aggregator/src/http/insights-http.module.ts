import { Module } from '@nestjs/common';
import type { DynamicModule, ModuleMetadata } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import type { FastifyInstance } from 'fastify';
import { InsightsBoard } from '../board/insights-board.ts';
import { DocsController } from './docs.controller.ts';
import { InsightsController } from './insights.controller.ts';
import { LiveController } from './live.controller.ts';
import { Protection } from './protection.ts';
import { SharedAnswers } from './shared-answers.ts';

/** The insights over HTTP: JSON, live stream, ledger and API document. */
@Module({})
export class InsightsHttpModule {
  /**
   * @param options.imports a module that exports the board
   * @param options.now the replica's clock, epoch ms
   */
  static register(options: {
    readonly imports: NonNullable<ModuleMetadata['imports']>;
    readonly now?: () => number;
  }): DynamicModule {
    return {
      module: InsightsHttpModule,
      imports: options.imports,
      controllers: [InsightsController, LiveController, DocsController],
      providers: [
        {
          provide: SharedAnswers,
          inject: [InsightsBoard],
          useFactory: (board: InsightsBoard) => new SharedAnswers(board, options.now),
        },
        {
          // Providers are made before Nest registers routes, and Fastify's hooks hold for later routes only.
          provide: Protection,
          inject: [HttpAdapterHost],
          useFactory: ({ httpAdapter }: HttpAdapterHost) =>
            Protection.of(httpAdapter.getInstance<FastifyInstance>()),
        },
      ],
    };
  }
}
