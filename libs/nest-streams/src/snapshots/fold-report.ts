import type { FoldEvent } from '@login-pipeline/streams';
import { errorText } from '../client/errors.ts';
import { EngineReport } from '../engine/engine-report.ts';
import type { EngineReportOptions } from '../engine/engine-report.ts';
import { FOLD_METRICS } from './metrics.ts';
import { CONSUMER_METRICS } from '../engine/metrics.ts';

type EventOf<Kind extends FoldEvent['kind']> = Extract<FoldEvent, { readonly kind: Kind }>;

export interface FoldReportOptions extends EngineReportOptions {
  readonly snapshotTopic: string;
}

/** Tells operators what happens to the engine of an aggregator. */
export class FoldReport {
  readonly engine: EngineReport;
  readonly #options: FoldReportOptions;

  constructor(options: FoldReportOptions) {
    this.#options = options;
    this.engine = new EngineReport(options);
  }

  readonly on = (event: FoldEvent): void => {
    const { metrics } = this.#options;
    if (event.kind === 'placed') {
      this.#onPlaced(event);
    } else if (event.kind === 'restored') {
      metrics.observe(FOLD_METRICS.state_restore_duration_seconds, {}, event.ms / 1_000);
    } else if (event.kind === 'operator') {
      this.#onOperator(event);
    } else if (event.kind === 'folded') {
      metrics.observe(CONSUMER_METRICS.batch_records, {}, event.records);
    } else if (event.kind === 'saved') {
      metrics.increment(FOLD_METRICS.snapshot_records_total, {}, event.bytes.length);
      for (const bytes of event.bytes) metrics.observe(FOLD_METRICS.snapshot_bytes, {}, bytes);
    } else if (event.kind === 'unsaved') {
      this.#onUnsaved(event);
    } else if (event.kind === 'snapshots-gone') {
      this.#onSnapshotsGone(event);
    } else {
      this.engine.on(event);
    }
  };

  #onPlaced({ partition, resume, from }: EventOf<'placed'>): void {
    const { topic, logger, metrics } = this.#options;
    if (resume.kind !== 'expired') {
      logger.debug(
        { topic, partition, next: String(resume.offset) },
        'The partition is counted on',
      );
      return;
    }
    metrics.increment(CONSUMER_METRICS.records_lost_total, {}, Number(resume.lost));
    logger.error(
      { topic, partition, next: String(from), earliest: String(resume.offset) },
      'Retention deleted records before they were counted',
    );
  }

  #onOperator({ partition, verdict, start, set, end }: EventOf<'operator'>): void {
    const { topic, logger } = this.#options;
    const position = { topic, partition, next: String(start), set: String(set), end: String(end) };
    switch (verdict) {
      case 'obeyed':
        if (set === start) return;
        logger.warn(position, 'An operator set the offset: the records before it are not counted');
        return;
      case 'above the end':
        logger.error(
          position,
          'The offset that an operator set lies above the end: it is not obeyed',
        );
        return;
      case 'before the state':
        logger.error(
          position,
          "The offset that an operator set lies before the state's: it was obeyed before, or records would count twice",
        );
    }
  }

  #onUnsaved({ topic, cause }: EventOf<'unsaved'>): void {
    this.#options.logger.warn({ topic, cause: errorText(cause) }, 'A snapshot was not written');
  }

  #onSnapshotsGone({ how }: EventOf<'snapshots-gone'>): void {
    const { snapshotTopic: topic, logger } = this.#options;
    const message =
      how === 'created-anew'
        ? 'The topic of snapshots was created anew'
        : 'The topic of snapshots was truncated';
    logger.error(
      { topic },
      `${message}: states that some process has are written again; those that none has are counted anew`,
    );
  }
}
