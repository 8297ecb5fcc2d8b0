import { BatchHandler } from '@login-pipeline/nest-streams';
import type { ConsumedBatch } from '@login-pipeline/streams';
import { Controller, Inject } from '@nestjs/common';
import { InsightStates } from './insight-states.ts';
import { InsightsMetrics } from './insights-metrics.ts';

/** The name by which the stream and its handler agree on the input. */
export const PROCESSED_LOGINS = 'processed-logins';

/** Folds batches of processed logins into their partition's state; the stream keeps it. */
@Controller()
export class FoldController {
  readonly #states: InsightStates;
  readonly #metrics: InsightsMetrics;

  constructor(
    @Inject(InsightStates) states: InsightStates,
    @Inject(InsightsMetrics) metrics: InsightsMetrics,
  ) {
    this.#states = states;
    this.#metrics = metrics;
  }

  @BatchHandler(PROCESSED_LOGINS)
  fold(batch: ConsumedBatch): void {
    this.#metrics.count(this.#states.fold(batch));
  }
}
