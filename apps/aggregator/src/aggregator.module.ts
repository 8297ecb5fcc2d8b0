import type { DynamicModule } from '@nestjs/common';
import { Module } from '@nestjs/common';
import type { Logger, Metrics } from '@login-pipeline/observability';
import { FlowWatch } from '@login-pipeline/nest-streams';
import { InsightsBoard } from './board/insights-board.ts';
import { FlowModule } from './flow/index.ts';
import { FoldController } from './fold.controller.ts';
import { InsightsHttpModule } from './http/index.ts';
import { InsightStates } from './insight-states.ts';
import { InsightsLog } from './insights-log.ts';
import { InsightsMetrics } from './insights-metrics.ts';
import { BUILT_PAGE, PageModule } from './page/index.ts';
import { FLOW, INSIGHTS_LOG, INSIGHTS_METRICS, STATES, VERSION } from './tokens.ts';
import type { AggregatorSettings } from './settings.ts';

/** Wiring only: one board of states that the fold writes and HTTP, metrics and log read. */
@Module({})
export class AggregatorModule {
  static register(options: {
    settings: AggregatorSettings;
    metrics: Metrics;
    logger: Logger;
  }): DynamicModule {
    const { settings, metrics, logger } = options;
    const board = new InsightsBoard(settings);
    const { inputTopic } = settings;
    const states = new InsightStates({ limits: settings, board, inputTopic, logger });
    const flow = new FlowWatch({
      connection: settings.kafka,
      groupId: settings.transformerGroupId,
      topic: settings.transformerInputTopic,
      settings: { groupId: 'TRANSFORMER_GROUP_ID', topic: 'TRANSFORMER_INPUT_TOPIC' },
      logger,
      metrics,
    });
    return {
      module: AggregatorModule,
      imports: [
        InsightsHttpModule.register({ views: board, version: VERSION }),
        FlowModule.register({ view: flow }),
        PageModule.register({ folder: BUILT_PAGE }),
      ],
      controllers: [FoldController],
      providers: [
        { provide: FLOW, useValue: flow },
        { provide: STATES, useValue: states },
        { provide: INSIGHTS_METRICS, useValue: new InsightsMetrics(metrics, board) },
        {
          provide: INSIGHTS_LOG,
          useValue: new InsightsLog(board, logger, settings.insightsLogEvery),
        },
      ],
    };
  }
}
