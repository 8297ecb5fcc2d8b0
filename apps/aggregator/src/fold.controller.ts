import { Controller, Inject } from '@nestjs/common';
import { Payload } from '@nestjs/microservices';
import { BatchHandler } from '@login-pipeline/nest-streams';
import type { ConsumedBatch } from '@login-pipeline/streams';
import type { InsightStates } from './insight-states.ts';
import type { InsightsMetrics } from './insights-metrics.ts';
import { INSIGHTS_METRICS, PROCESSED_LOGINS, STATES } from './tokens.ts';

/** Folds batches of processed logins into their partition's state; the transport keeps it. */
@Controller()
export class FoldController {
  readonly #states: InsightStates;
  readonly #metrics: InsightsMetrics;

  constructor(
    @Inject(STATES) states: InsightStates,
    @Inject(INSIGHTS_METRICS) metrics: InsightsMetrics,
  ) {
    this.#states = states;
    this.#metrics = metrics;
  }

  @BatchHandler(PROCESSED_LOGINS)
  fold(@Payload() batch: ConsumedBatch): void {
    this.#metrics.count(this.#states.fold(batch));
  }
}
