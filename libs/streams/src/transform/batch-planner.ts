import type { Topic } from '../cluster/cluster.ts';
import { fitDeadLetter, omittedBytes } from '../dead-letter/fit-dead-letter.ts';
import { readLimits } from '../fetch/read-limits.ts';
import { ReadMemory } from '../fetch/read-memory.ts';
import { LatestEnds } from '../latest/latest-ends.ts';
import { LatestPartition } from '../latest/latest-partition.ts';
import type { FlowCounts } from '../plan/flow.ts';
import { flowOf } from '../plan/flow.ts';
import type { CommitPlan } from '../plan/plan.ts';
import { UndecidedError } from '../plan/undecided-error.ts';
import type { BatchEncoder, Codec } from '../ports.ts';
import type { ConsumedBatch, OutgoingRecord } from '../records/record.ts';
import { BATCH_OVERHEAD } from '../records/record-size.ts';
import type { Write } from '../transactions/produce.ts';
import type { RefusedWrite } from './merged-writes.ts';
import type { PlanBatch, PlanContext, PlannedBatch } from './planned-batch.ts';
import { Refusals } from './refusals.ts';
import type { KnownRefusals } from './refusals.ts';
import { targetWrites } from './target-writes.ts';

/** A topic that is written to. */
export interface TargetTopic {
  readonly topic: string;
  /** Its `max.message.bytes`: the most bytes of one batch. */
  readonly maxMessageBytes: number;
}

/** A dead letter that had to leave something out, or its topic would not take it. */
export interface ShortenedDeadLetter {
  /** Of the input, as the offset: there the whole record is. */
  readonly partition: number;
  readonly offset: string;
  readonly omittedBytes: number;
}

/** What was committed for a batch. */
export interface CommittedBatch {
  readonly batch: ConsumedBatch;
  readonly counts: FlowCounts;
  /** Dead letters by reason. */
  readonly reasons: CommitPlan['reasons'];
}

/** A compacted topic of the latest output of each key. */
export interface LatestTopic extends TargetTopic {
  /** The header in which a record repeats its time, epoch ms. */
  readonly timeHeader: string;
}

/** The topics that {@link batchPlanner} plans for, what they take, and the application's decisions. */
export interface BatchPlannerOptions {
  readonly input: string;
  readonly output: TargetTopic;
  readonly deadLetter: TargetTopic;
  /** The compacted topic of the latest output of each key; undefined: none. */
  readonly latest?: LatestTopic | undefined;
  /** How batches are compressed. */
  readonly codec: Codec;
  /** The most records of one record batch. */
  readonly maxRecords: number;
  readonly encoder: BatchEncoder;
  /** Decides about the records of a batch. What it throws passes through. */
  readonly handle: (batch: ConsumedBatch) => Promise<CommitPlan>;
  /** A dead letter is written without all of its bytes. */
  readonly onShortened: (shortened: ShortenedDeadLetter) => void;
  /** The transaction of a batch is committed: the time to count. */
  readonly onCommitted: (committed: CommittedBatch) => void;
}

/** Bytes that key and header of a latest record may take more than those of the output. */
const LATEST_OVERHEAD = 256;

/**
 * What reading the latest records back may take, for all partitions together: it must not wait for
 * those that wait for it.
 */
const LATEST_MEMORY_BYTES = 16 * 1024 * 1024;

/** Records for one topic. */
interface Group {
  readonly target: TargetTopic;
  readonly records: readonly OutgoingRecord[];
  /** Of each, the index of its record in the batch. */
  readonly sources: ArrayLike<number>;
}

/**
 * The topics as one and the same look at the cluster found them: counts of other age name
 * partitions that do not exist.
 */
interface PlannedTopics {
  readonly input: Topic;
  /** By name. */
  readonly targets: ReadonlyMap<string, Topic>;
}

/**
 * Plans batches for an engine: has them decided, and encodes outputs, dead letters and, where they
 * are kept, latest records.
 *
 * A plan fails with UndecidedError while a topic is missing, with {@link UnwritableRecordsError} or
 * {@link LatestUnreadableError} when an operator has to act, and with what the handler throws.
 *
 * @returns for each partition what plans its batches; it knows nothing of what is not committed
 */
export function batchPlanner(options: BatchPlannerOptions): (context: PlanContext) => PlanBatch {
  const { deadLetter, latest } = options;
  const refusals = new Refusals(deadLetter.topic);
  const memory = new ReadMemory(LATEST_MEMORY_BYTES);
  const reading = { limits: readLimits(), memory };
  let ends: LatestEnds | undefined;
  return (context) => {
    const { cluster, clock } = context;
    let partition: LatestPartition | undefined;
    if (latest !== undefined) {
      const { topic, timeHeader } = latest;
      ends ??= new LatestEnds(cluster, clock, topic);
      partition = new LatestPartition({ ...context, topic, timeHeader, ends, reading });
    }
    const planner = new BatchPlanner(options, context, refusals, partition);
    return (batch, refused) => planner.plan(batch, refused);
  };
}

/**
 * Turns batches of a partition into what is to be written for them. Its plans and their thousands
 * of records are gone when it returns: what waits for the brokers meanwhile must not keep them, or
 * the collector moves them all to the old generation.
 */
class BatchPlanner {
  readonly #options: BatchPlannerOptions;
  readonly #context: PlanContext;
  readonly #refusals: Refusals;
  readonly #latest: LatestPartition | undefined;
  readonly #maxOutputBytes: number;

  constructor(
    options: BatchPlannerOptions,
    context: PlanContext,
    refusals: Refusals,
    latest: LatestPartition | undefined,
  ) {
    this.#options = options;
    this.#context = context;
    this.#refusals = refusals;
    this.#latest = latest;
    const { output, latest: latestTopic } = options;
    const latestBytes = (latestTopic?.maxMessageBytes ?? Infinity) - LATEST_OVERHEAD;
    this.#maxOutputBytes = Math.min(output.maxMessageBytes, latestBytes) - BATCH_OVERHEAD;
  }

  async plan(batch: ConsumedBatch, refused: readonly RefusedWrite[]): Promise<PlannedBatch> {
    this.#topics();
    await this.#latest?.update();
    const known = this.#refusals.of(refused, batch);
    const { outputs } = known;
    const maxOutputBytes = this.#maxOutputBytes;
    const plan = await this.#options.handle({ ...batch, maxOutputBytes, refused: outputs });
    const writes = await this.#encode(this.#groups(plan, batch, known), batch, {
      ...known,
      count: refused.length,
    });
    return this.#planned(writes, { batch, counts: flowOf(plan), reasons: plan.reasons });
  }

  #planned(writes: readonly Write[], committed: CommittedBatch): PlannedBatch {
    const { latest, onCommitted } = this.#options;
    return {
      writes,
      counts: committed.counts,
      onCommitted: (written) => {
        this.#latest?.committed(
          writes.flatMap((write, index) =>
            write.topic === latest?.topic ? [[write, written[index]] as const] : [],
          ),
        );
        onCommitted(committed);
      },
    };
  }

  #groups(plan: CommitPlan, batch: ConsumedBatch, known: KnownRefusals): readonly Group[] {
    const { output, deadLetter, latest } = this.#options;
    const { outputs, sources, deadLetterSources } = plan;
    const deadLetters = this.#fitted(plan, batch, known);
    const groups: Group[] = [
      { target: output, records: outputs, sources },
      { target: deadLetter, records: deadLetters, sources: deadLetterSources },
    ];
    if (latest !== undefined && this.#latest !== undefined) {
      const records = this.#latest.take(plan.latest ?? []);
      groups.push({
        target: latest,
        records,
        sources: Uint32Array.from(records, ({ source }) => source),
      });
    }
    return groups;
  }

  #fitted(
    { deadLetters, deadLetterSources }: CommitPlan,
    { partition, records }: ConsumedBatch,
    { deadLetters: refused }: KnownRefusals,
  ): readonly OutgoingRecord[] {
    const { deadLetter, onShortened } = this.#options;
    return deadLetters.map((record, index) => {
      const offset = records.at(deadLetterSources[index] ?? Infinity)?.offset ?? '';
      const fitted = fitDeadLetter(record, deadLetter.maxMessageBytes, refused?.get(offset));
      if (fitted !== record) {
        onShortened({ partition, offset, omittedBytes: omittedBytes(fitted) });
      }
      return fitted;
    });
  }

  async #encode(
    groups: readonly Group[],
    { partition }: ConsumedBatch,
    { batchBytes, count }: KnownRefusals & { readonly count: number },
  ): Promise<readonly Write[]> {
    const { codec, maxRecords, encoder } = this.#options;
    const { input, targets } = this.#topics();
    const encoded = groups.map(async ({ target: { topic, ...limits }, records, sources }) => {
      const target = targets.get(topic);
      if (target === undefined) throw unknown(topic);
      const maxMessageBytes = batchBytes.get(topic) ?? limits.maxMessageBytes;
      const taken = { maxMessageBytes, maxRecords, codec };
      const writes = await targetWrites(records, partition, { input, target }, taken, encoder);
      this.#refusals.trace(writes, sources, count);
      return writes;
    });
    return (await Promise.all(encoded)).flat();
  }

  /**
   * @throws UndecidedError when the brokers do not know one of them, or the latest records have no
   *   partition of their own
   */
  #topics(): PlannedTopics {
    const { cluster } = this.#context;
    const { input: inputTopic, output, deadLetter, latest } = this.#options;
    const input = cluster.topic(inputTopic);
    if (input === undefined) throw unknown(inputTopic);
    const targets = new Map<string, Topic>();
    for (const target of [output, deadLetter, latest]) {
      if (target === undefined) continue;
      const topic = cluster.topic(target.topic);
      if (topic === undefined) throw unknown(target.topic);
      targets.set(target.topic, topic);
      if (target === latest && topic.partitions !== input.partitions) {
        throw new UndecidedError(
          `Topic "${latest.topic}" has ${topic.partitions} partitions and "${inputTopic}" has ${input.partitions}: both must ` +
            'have as many',
        );
      }
    }
    return { input, targets };
  }
}

function unknown(topic: string): UndecidedError {
  return new UndecidedError(`The brokers do not know topic "${topic}"`);
}
