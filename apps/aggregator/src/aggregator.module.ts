import { fileURLToPath } from 'node:url';
import { StreamsModule } from '@login-pipeline/nest-streams';
import { ServiceContext } from '@login-pipeline/service';
import type { DynamicModule } from '@nestjs/common';
import { Module } from '@nestjs/common';
import { InsightsBoard } from './board/insights-board.ts';
import { FlowModule } from './flow/flow.module.ts';
import { FoldController, PROCESSED_LOGINS } from './fold.controller.ts';
import { InsightsHttpModule } from './http/insights-http.module.ts';
import { InsightStates } from './insight-states.ts';
import { InsightsLog } from './insights-log.ts';
import { InsightsMetrics } from './insights-metrics.ts';
import { InsightsModule } from './insights.module.ts';
import { PageModule } from './page/page.module.ts';
import type { AggregatorSettings } from './settings.ts';

/** Where the build puts the page: beside the one file that the service is then, wherever that lies. */
const BUILT_PAGE = fileURLToPath(new URL('page', import.meta.url));

/** Wiring only: the stream of processed logins, and what shows its insights. */
@Module({})
export class AggregatorModule {
  static register(settings: AggregatorSettings): DynamicModule {
    const { countsTopic } = settings;
    return {
      module: AggregatorModule,
      imports: [
        StreamsModule.fold({
          source: PROCESSED_LOGINS,
          settings,
          imports: [InsightsModule],
          states: InsightStates,
          changes:
            countsTopic === undefined
              ? undefined
              : {
                  topic: { topic: countsTopic, setting: 'INSIGHT_COUNTS_TOPIC' },
                  of: (states) => states.changes,
                },
        }),
        InsightsModule,
        InsightsHttpModule.register({ imports: [InsightsModule] }),
        FlowModule,
        PageModule.register({ folder: BUILT_PAGE }),
      ],
      controllers: [FoldController],
      providers: [
        {
          provide: InsightsMetrics,
          inject: [ServiceContext, InsightsBoard],
          useFactory: ({ metrics }: ServiceContext, board: InsightsBoard) =>
            new InsightsMetrics(metrics, board),
        },
        {
          provide: InsightsLog,
          inject: [ServiceContext, InsightsBoard],
          useFactory: (
            { logger, settings: { insightsLogEvery } }: ServiceContext<AggregatorSettings>,
            board: InsightsBoard,
          ) => new InsightsLog(board, logger, insightsLogEvery),
        },
      ],
    };
  }
}
