import type { Cluster, Topic } from '../cluster/cluster.ts';
import {
  isLeaderGone,
  isUnavailable,
  isRetriable,
  ProtocolError,
} from '../cluster/protocol-error.ts';
import type { BatchEncoder, Clock } from '../ports.ts';
import { keyPartition } from '../writing/key-partition.ts';
import type { FailedWrite } from '../writing/write-once.ts';
import type { WrittenTopic } from './changes.ts';
import type { ChangesWriter } from './changes-writer.ts';
import { planSections } from './section-plan.ts';
import type { OwnSnapshot, SavedSet, SectionPlan } from './section-plan.ts';
import { partitionKey } from './section-records.ts';
import { writeUnits } from './write-units.ts';
import type { Fate, Unit, UnitsWritten } from './write-units.ts';

/** Brokers answer, and have refused for long what is written to a topic. */
export class UnwrittenError extends Error {
  override readonly name = 'UnwrittenError';
  readonly code = 'UNWRITTEN';
  readonly topic: string;

  constructor(topic: string, cause: Error) {
    super(`Nothing could be written to "${topic}": ${cause.message}`, { cause });
    this.topic = topic;
  }
}

export interface SnapshotWriterOptions {
  readonly cluster: Cluster;
  readonly clock: Clock;
  readonly encoder: BatchEncoder;
  readonly input: string;
  readonly target: WrittenTopic;
  /** What the topic takes, in bytes of a section's value. */
  readonly maxSnapshotBytes: number;
  /** Names a new set of a partition's sections: no other one, of any process, has had the name. */
  readonly newSet: (partition: number) => string;
  /** Undefined where no changes are written. */
  readonly changes: ChangesWriter | undefined;
  /** For how long brokers may refuse what is written, in milliseconds. */
  readonly stallTimeoutMs: number;
  /** Something could not be written: it will be tried again. */
  readonly onFailed: (topic: string, error: Error) => void;
}

/** What became of a partition's snapshot. */
export type Written =
  /** It is safely in its topic, and before it what changed. */
  | { readonly kind: 'saved'; readonly saved: SavedSet; readonly bytes: number }
  /** All is as it was. */
  | { readonly kind: 'unwritten' }
  /** Some of it may be there, or come to be there later: nothing may be written behind it under the same keys. */
  | { readonly kind: 'unknown'; readonly set: string };

/** What became of snapshots. */
export interface WrittenSnapshots {
  /** By partition. */
  readonly written: ReadonlyMap<number, Written>;
  /** What could not be written of them, and of what they tell: to be {@link SnapshotWriter.judge}d. */
  readonly failed: readonly FailedWrite[];
}

const MAX_RECORDS = 1_000;
const UNWRITTEN: Written = { kind: 'unwritten' };

/** Writes snapshots. One that fails is no loss, since the next one holds more; what brokers refuse for long is. */
export class SnapshotWriter {
  readonly #options: SnapshotWriterOptions;
  /** When brokers began to refuse, epoch ms; undefined while they do not. */
  #refusedSince: number | undefined;

  constructor(options: SnapshotWriterOptions) {
    this.#options = options;
  }

  /**
   * Writes what changes since what is saved. Sections are encoded before this returns.
   *
   * @throws SnapshotTooLargeError, ForeignChangesError, or ProtocolError when an operator has to act
   */
  async write(snapshots: ReadonlyMap<number, OwnSnapshot>): Promise<WrittenSnapshots> {
    const { cluster, encoder, target } = this.#options;
    const { topic, maxMessageBytes } = target;
    const known = cluster.topic(topic);
    const nothing = (failed: readonly FailedWrite[]): WrittenSnapshots => ({
      written: new Map([...snapshots.keys()].map((partition) => [partition, UNWRITTEN])),
      failed,
    });
    if (known === undefined) {
      const error = new ProtocolError('UNKNOWN_TOPIC_OR_PARTITION', `Produce to topic "${topic}"`);
      return nothing([{ topic, partition: 0, error }]);
    }
    const plans = this.#plan(snapshots, known);
    const failed = await this.#writeChanges(snapshots);
    if (failed.length > 0) return nothing(failed);
    // What goes behind sections of a topic that is gone would be of no use.
    if (cluster.topic(topic)?.topicId !== known.topicId) return nothing([]);
    const units = new Map<number, readonly Unit[]>();
    for (const [partition, { saved, units: planned }] of plans) {
      const place = saved.place.partition;
      units.set(
        partition,
        planned.map((records) => ({ place, records })),
      );
    }
    const limits = { topic, maxMessageBytes, maxRecords: MAX_RECORDS };
    const all = await writeUnits(cluster, encoder, [...units.values()].flat(), limits);
    const written = new Map(
      [...plans].map(([partition, plan]) => [
        partition,
        outcome(plan, units.get(partition) ?? [], all),
      ]),
    );
    return { written, failed: all.failed };
  }

  /**
   * Without snapshots the other replicas know nothing of these partitions, and a restart would replay ever more.
   *
   * @param failed of all that was to be written at a time
   * @throws UnwrittenError when brokers refuse for too long
   */
  judge(failed: readonly FailedWrite[]): void {
    const { clock, stallTimeoutMs, onFailed } = this.#options;
    const errors = new Map(failed.map(({ topic, error }) => [topic, error]));
    for (const [topic, error] of errors) onFailed(topic, error);
    const refused = failed.find(({ error }) => !isAway(error));
    if (refused === undefined) {
      this.#refusedSince = undefined;
      return;
    }
    this.#refusedSince ??= clock.now();
    if (clock.now() - this.#refusedSince < stallTimeoutMs) return;
    throw new UnwrittenError(refused.topic, refused.error);
  }

  #plan(
    snapshots: ReadonlyMap<number, OwnSnapshot>,
    { topicId, partitions }: Topic,
  ): ReadonlyMap<number, SectionPlan> {
    const { clock, input, target, maxSnapshotBytes, newSet, changes } = this.#options;
    const { topic, maxMessageBytes } = target;
    const writtenMs = clock.now();
    const limits = { topic, maxSnapshotBytes, maxMessageBytes, maxRecords: MAX_RECORDS };
    const options = { input, writtenMs, changesTopicId: changes?.topicId, ...limits };
    return new Map(
      [...snapshots].map(([partition, snapshot]) => {
        const place = {
          topicId,
          partition: keyPartition(partitionKey(input, partition), partitions),
        };
        const named = (): string => newSet(partition);
        return [partition, planSections(partition, snapshot, place, named, options)];
      }),
    );
  }

  async #writeChanges(
    snapshots: ReadonlyMap<number, OwnSnapshot>,
  ): Promise<readonly FailedWrite[]> {
    const { changes } = this.#options;
    const [first] = snapshots.values();
    if (changes === undefined || first === undefined) return [];
    try {
      return await changes.write([...snapshots.keys()], first.topicId);
    } catch (error) {
      if (!isRetriable(error) || !(error instanceof Error)) throw error;
      return [{ topic: changes.topic, partition: 0, error }];
    }
  }
}

function outcome(
  { saved, bytes }: SectionPlan,
  units: readonly Unit[],
  { fates }: UnitsWritten,
): Written {
  const are = (wanted: Fate): boolean => units.every((unit) => fates.get(unit) === wanted);
  if (are('written')) return { kind: 'saved', saved, bytes };
  return are('unwritten') ? UNWRITTEN : { kind: 'unknown', set: saved.set };
}

/** @returns whether a broker is away, or lacks others: a new process would find the same */
function isAway(error: Error): boolean {
  if (!(error instanceof ProtocolError)) return isUnavailable(error);
  const { code } = error;
  const lacksReplicas = code.startsWith('NOT_ENOUGH_REPLICAS') || code === 'REQUEST_TIMED_OUT';
  return lacksReplicas || isLeaderGone(code);
}
