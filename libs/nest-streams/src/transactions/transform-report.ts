import {
  OutsideOfGenerationError,
  UnansweredError,
  UnreachableError,
} from '@login-pipeline/streams';
import type { TransformEvent } from '@login-pipeline/streams';
import { errorText, protocolErrorOf } from '../client/errors.ts';
import { EngineReport } from '../engine/engine-report.ts';
import type { EngineReportOptions } from '../engine/engine-report.ts';
import { CONSUMER_METRICS } from '../engine/metrics.ts';
import { TRANSFORM_METRICS } from './metrics.ts';

type Positioned = Extract<TransformEvent, { readonly kind: 'positioned' }>;

/** Tells operators what happens to the engine of a transformer. */
export class TransformReport {
  readonly engine: EngineReport;
  readonly #options: EngineReportOptions;

  constructor(options: EngineReportOptions) {
    this.#options = options;
    this.engine = new EngineReport(options);
  }

  readonly on = (event: TransformEvent): void => {
    const { metrics } = this.#options;
    if (event.kind === 'positioned') {
      this.#onPositioned(event);
    } else if (event.kind === 'committed') {
      metrics.observe(CONSUMER_METRICS.batch_records, {}, event.records);
      metrics.observe(TRANSFORM_METRICS.transaction_duration_seconds, {}, event.ms / 1_000);
    } else if (event.kind === 'transaction') {
      this.#onTransaction(event.outcome, event.cause);
    } else {
      this.engine.on(event);
    }
  };

  #onPositioned({ partition, resume, committed, end }: Positioned): void {
    const { groupId, topic, logger, metrics } = this.#options;
    const { offset } = resume;
    const unread = Number(end - offset);
    const fields = {
      groupId,
      topic,
      partition,
      committed: committed === undefined ? undefined : String(committed),
      offset: String(offset),
    };
    switch (resume.kind) {
      case 'fresh': {
        const message =
          'The group has committed nothing for the partition: it is read from its earliest record on';
        logger[unread > 0 ? 'warn' : 'info']({ ...fields, unread }, message);
        return;
      }
      case 'created-anew':
        logger.warn(
          { ...fields, unread },
          'The topic was created anew since the group committed: it is read from its earliest record on',
        );
        return;
      case 'truncated':
        logger.error(
          { ...fields, end: String(end), gone: Number(resume.lost) },
          'The partition was truncated: records that were processed are gone, and it goes on where it diverged',
        );
        return;
      case 'expired':
        metrics.increment(CONSUMER_METRICS.records_lost_total, {}, Number(resume.lost));
        logger.error(
          { ...fields, lost: Number(resume.lost) },
          'Retention deleted records before they were processed',
        );
        return;
      case 'resume':
      case 'impossible':
        logger.debug(fields, 'The partition is read on');
    }
  }

  #onTransaction(outcome: 'committed' | 'aborted', cause: unknown): void {
    const { topic, logger, metrics } = this.#options;
    if (outcome === 'committed') {
      metrics.increment(TRANSFORM_METRICS.transactions_total, { outcome });
      return;
    }
    const isIndefinite = cause instanceof UnansweredError || cause instanceof UnreachableError;
    metrics.increment(TRANSFORM_METRICS.transactions_total, {
      outcome: isIndefinite ? 'indefinite' : 'aborted',
    });
    if (protocolErrorOf(cause) === 'INVALID_PRODUCER_ID_MAPPING') {
      logger.info(
        { topic, cause: errorText(cause) },
        'The brokers have forgotten a transactional id that was idle (transactional.id.expiration.ms): it is taken anew',
      );
      return;
    }
    // Each rebalance may bring one.
    const level = cause instanceof OutsideOfGenerationError ? 'info' : 'warn';
    logger[level](
      { topic, cause: errorText(cause) },
      'A transaction was not committed: its records are written again where the group still has them to be',
    );
  }
}
