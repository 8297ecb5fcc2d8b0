import type {
  CommitPlan,
  ConsumedBatch,
  FlowCounts,
  OutgoingRecord,
} from '@login-pipeline/streams';
import { BATCH_OVERHEAD, flowOf } from '@login-pipeline/streams';
import type { Logger } from '@login-pipeline/observability';
import type { Compression } from '../client/compression.ts';
import { encodedSends } from '../client/sends.ts';
import type { Send } from '../client/sends.ts';
import type { UsableTopic } from '../client/topics.ts';
import type { HandleBatch } from '../nest/batch-transport.ts';
import { fitDeadLetters } from './fit-dead-letter.ts';
import type { KnownRefusals } from './refusals.ts';
import type { LatestByKey } from './latest-by-key.ts';
import type { TransactionalTopics } from './transactional-topics.ts';

/** Bytes that key and header of a latest record may take more than those of the output. */
const LATEST_OVERHEAD = 256;

/** All that a batch comes to, ready to be sent: bytes where its plan had thousands of records. */
export interface PlannedBatch {
  /** By topic: outputs, dead letters and, where they are kept, latest records. */
  readonly sends: readonly (readonly Send[])[];
  /** As `sends`: the index in the batch that each record comes from. */
  readonly sources: readonly ArrayLike<number>[];
  readonly nextOffset: bigint;
  readonly counts: FlowCounts;
  /** Dead letters by reason. */
  readonly reasons: CommitPlan['reasons'];
}

export interface BatchPlannerOptions {
  readonly topics: TransactionalTopics;
  readonly handle: HandleBatch<CommitPlan>;
  readonly compression: Compression;
  /** The most records of one produce request. */
  readonly batchMaxRecords: number;
  readonly logger: Logger;
}

/**
 * Turns batches into what is to be sent for them. Its plans and their thousands of records are gone when it returns:
 * whoever waits for the brokers meanwhile must not keep them, or the collector moves them all to the old generation.
 */
export class BatchPlanner {
  readonly #options: BatchPlannerOptions;
  readonly #maxOutputBytes: number;

  constructor(options: BatchPlannerOptions) {
    this.#options = options;
    const { output, latest } = options.topics;
    this.#maxOutputBytes =
      Math.min(output.maxMessageBytes, (latest?.maxMessageBytes ?? Infinity) - LATEST_OVERHEAD) -
      BATCH_OVERHEAD;
  }

  /**
   * @param newest what the partition of the latest records holds; undefined where there is no such topic
   * @param refusals of earlier attempts at the batch: what was refused is not written like that again
   * @throws what the handler throws
   */
  async plan(
    { topic, partition, records, nextOffset: end }: ConsumedBatch,
    newest: LatestByKey | undefined,
    { outputs: refused, deadLetters: refusedDeadLetters, batchBytes }: KnownRefusals,
  ): Promise<PlannedBatch> {
    const maxOutputBytes = this.#maxOutputBytes;
    const { topics, handle, logger } = this.#options;
    const batch = { topic, partition, records, nextOffset: end, maxOutputBytes, refused };
    const plan = await handle(batch);
    const { outputs, latest = [], nextOffset, reasons } = plan;
    const sources: ArrayLike<number>[] = [plan.sources, plan.deadLetterSources];
    const counts = flowOf(plan);
    const source = { topic, partition };
    const refusalsOf = (index: number): number => {
      if (refusedDeadLetters === undefined) return 0;
      const offset = records.at(plan.deadLetterSources[index] ?? -1)?.offset ?? '';
      return refusedDeadLetters.get(offset) ?? 0;
    };
    const deadLetters = fitDeadLetters(
      plan.deadLetters,
      source,
      topics.deadLetter,
      logger,
      refusalsOf,
    );
    const sends = [
      this.#encode(topics.output, outputs, partition, batchBytes),
      this.#encode(topics.deadLetter, deadLetters, partition, batchBytes),
    ];
    if (topics.latest !== undefined && newest !== undefined) {
      const taken = newest.take(latest, Date.now());
      sends.push(this.#encode(topics.latest, taken, partition, batchBytes));
      sources.push(Uint32Array.from(taken, ({ source }) => source));
    }
    return { sends: await Promise.all(sends), sources, nextOffset, counts, reasons };
  }

  /** @param partition of the input: kept in a topic with as many, else the key decides */
  #encode(
    topic: UsableTopic,
    records: readonly OutgoingRecord[],
    partition: number,
    batchBytes: KnownRefusals['batchBytes'],
  ): Promise<readonly Send[]> {
    const maxMessageBytes = batchBytes.get(topic.topic) ?? topic.maxMessageBytes;
    const { topics, compression, batchMaxRecords } = this.#options;
    const kept = topic.partitions === topics.input.partitions ? partition : undefined;
    return encodedSends(records, { ...topic, maxMessageBytes }, kept, {
      compression,
      maxRecords: batchMaxRecords,
    });
  }
}
