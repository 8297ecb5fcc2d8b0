import { ServiceContext } from '@login-pipeline/service';
import { Module } from '@nestjs/common';
import { InsightsBoard } from './board/insights-board.ts';
import { InsightStates } from './insight-states.ts';
import type { AggregatorSettings } from './settings.ts';

/** One board of states, which the fold writes and HTTP, metrics and log read. */
@Module({
  providers: [
    {
      provide: InsightsBoard,
      inject: [ServiceContext],
      useFactory: ({ settings }: ServiceContext<AggregatorSettings>) => new InsightsBoard(settings),
    },
    {
      provide: InsightStates,
      inject: [ServiceContext, InsightsBoard],
      useFactory: (
        { settings, logger }: ServiceContext<AggregatorSettings>,
        board: InsightsBoard,
      ) => new InsightStates({ limits: settings, board, inputTopic: settings.inputTopic, logger }),
    },
  ],
  exports: [InsightsBoard, InsightStates],
})
export class InsightsModule {}
