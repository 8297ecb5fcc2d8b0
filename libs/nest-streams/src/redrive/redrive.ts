import type { OriginalRecord, Piece, PlacedRecord, Ports } from '@login-pipeline/streams';
import {
  Cluster,
  DEAD_LETTER_HEADERS,
  MAX_VALUE_BYTES,
  originalRecord,
  ProtocolError,
  readLimits,
  ReadMemory,
  readUntil,
  RedriveSource,
  transactionalIdPrefix,
  UnreadableBatchError,
} from '@login-pipeline/streams';
import type { Logger } from '@login-pipeline/observability';
import type { KafkaConnection } from '../client/connection.ts';
import {
  errorText,
  KafkaStalledError,
  KafkaUnavailableError,
  NoSuchPartitionsError,
} from '../client/errors.ts';
import type { TopicRole, UsableTopic } from '../client/topics.ts';
import { requireTopics, rightsOf } from '../client/topics.ts';
import { openWire } from '../client/wire.ts';
import { enginePorts, READ_MEMORY_BYTES } from '../engine/engine-ports.ts';
import { refusalOf } from '../security/rights.ts';
import type { NeededRights } from '../security/rights.ts';

export interface RedriveOptions {
  readonly connection: KafkaConnection;
  readonly deadLetters: TopicRole;
  /** Each reason has a position of its own, in the consumer group `<group>.<reason>`. */
  readonly group: string;
  readonly reasons: readonly string[];
  /** Partitions of the dead-letter topic; undefined: all. */
  readonly partitions: readonly number[] | undefined;
  /** Only what was set aside in this time, epoch ms: from the first up to, but without, the second. */
  readonly from: number;
  readonly to: number;
  /** The most records to redrive. */
  readonly limit: number;
  /** What was redriven so often already is left. */
  readonly maxRedrives: number;
  /** Looks, and writes nothing. */
  readonly dryRun: boolean;
  /**
   * Called before the first record is written to a topic that keeps records for less long than some of them are old,
   * in ms.
   */
  readonly onOld: (topic: string, retentionMs: number) => void;
  readonly logger: Logger;
}

/** What became of the dead letters with a reason. */
export interface RedriveCounts {
  /** Written to where they came from; in a dry run: what would be. */
  readonly redriven: number;
  /** Left, because they came back too often. */
  readonly tooOften: number;
}

export interface RedriveReport {
  readonly reasons: ReadonlyMap<string, RedriveCounts>;
  /** Where the records went, or would. */
  readonly topics: ReadonlyMap<string, number>;
  /** Left, because their headers do not say where they belong: other programs' dead letters. */
  readonly foreign: number;
  /** Left, because the dead-letter topic had no room for all of them: the whole records are where they came from. */
  readonly partial: number;
}

const STALL_TIMEOUT_MS = 60_000;

/**
 * Writes dead letters back to where they came from, each at most once however often it is called or killed: a
 * transaction holds a batch and, by reason, how far it is. Only what is there at the start is looked at, so that a
 * record which fails again waits for the next run.
 *
 * @throws KafkaUnavailableError, NoSuchPartitionsError, KafkaStalledError; what was committed before stays done
 */
export async function redrive(options: RedriveOptions): Promise<RedriveReport> {
  const { connection, logger, deadLetters } = options;
  const { deadLetters: source } = await requireTopics(connection, logger, {
    deadLetters: { ...deadLetters, operations: ['Read'] },
  });
  const absent = options.partitions?.filter((partition) => partition >= source.partitions) ?? [];
  if (absent.length > 0) throw new NoSuchPartitionsError(absent, source.partitions);
  const wire = openWire(connection, logger);
  const run = new Run(options, enginePorts(wire), source);
  try {
    return await run.toEnd();
  } catch (error) {
    if (error instanceof KafkaUnavailableError) throw error;
    const refusal = refusalOf(error, redriveRights(options));
    if (refusal !== undefined) throw refusal;
    throw new KafkaStalledError(
      'STALLED',
      `The redrive stopped: ${errorText(error)}. What it had committed is done; run it again for the rest.`,
      { cause: error },
    );
  } finally {
    await run.close();
    await wire.close();
  }
}

/** @returns what is found missing only on the way; a topic's rights are looked at before */
function redriveRights({ group, deadLetters }: RedriveOptions): NeededRights {
  const resource = { prefixed: true, setting: 'GROUP_ID' } as const;
  return {
    GROUP_AUTHORIZATION_FAILED: [
      { operation: 'Read', resource: 'group', name: `${group}.`, ...resource },
    ],
    TRANSACTIONAL_ID_AUTHORIZATION_FAILED: [
      {
        operation: 'Write',
        resource: 'transactional id',
        name: transactionalIdPrefix({ groupId: group, topic: deadLetters.topic }),
        ...resource,
      },
    ],
  };
}

/** @returns what ends a run whose dead letters cannot be read */
function unread(error: unknown, deadLetters: TopicRole): unknown {
  if (error instanceof UnreadableBatchError) {
    return new KafkaUnavailableError(
      error.code,
      `${error.message}. The redrive stopped there; what it had committed is done. Look at the brokers' disks; ` +
        `with --partition the partitions other than ${error.place.partition} can be redriven meanwhile.`,
    );
  }
  if (!(error instanceof ProtocolError)) return error;
  const read = rightsOf({ ...deadLetters, operations: ['Read'] });
  return refusalOf(error, { TOPIC_AUTHORIZATION_FAILED: read }) ?? error;
}

class Run {
  readonly #options: RedriveOptions;
  readonly #ports: Ports;
  readonly #cluster: Cluster;
  /** How many partitions the dead letters have. */
  readonly #partitions: number;
  readonly #sources: RedriveSource[] = [];
  readonly #targets = new Map<string, UsableTopic>();
  readonly #reasons = new Map<string, { redriven: number; tooOften: number }>();
  readonly #topics = new Map<string, number>();
  /** Topics that will delete some of the records soon, and were reported. */
  readonly #olds = new Set<string>();
  #foreign = 0;
  #partial = 0;
  /** What was set aside whole is read whole. */
  readonly #maxValueBytes: number;
  #left: number;

  constructor(
    options: RedriveOptions,
    ports: Ports,
    { topic, partitions, maxMessageBytes }: UsableTopic,
  ) {
    this.#options = options;
    this.#ports = ports;
    this.#cluster = new Cluster(ports, [topic]);
    this.#partitions = partitions;
    this.#maxValueBytes = Math.max(MAX_VALUE_BYTES, maxMessageBytes);
    this.#left = options.limit;
  }

  async toEnd(): Promise<RedriveReport> {
    await this.#takeOver();
    await this.#read();
    return {
      reasons: this.#reasons,
      topics: this.#topics,
      foreign: this.#foreign,
      partial: this.#partial,
    };
  }

  async close(): Promise<void> {
    for (const source of this.#sources) await source.close();
  }

  async #takeOver(): Promise<void> {
    const { deadLetters, group, reasons, dryRun } = this.#options;
    const all = Array.from({ length: this.#partitions }, (_, partition) => partition);
    for (const partition of this.#options.partitions ?? all) {
      const source = await RedriveSource.open({
        cluster: this.#cluster,
        ports: this.#ports,
        topic: deadLetters.topic,
        partition,
        group,
        reasons,
        dryRun,
      });
      if (source !== undefined) this.#sources.push(source);
    }
  }

  /** Without a group: the positions are in groups of their own. */
  async #read(): Promise<void> {
    const { deadLetters } = this.#options;
    const { topic } = deadLetters;
    const reading = {
      limits: readLimits(this.#maxValueBytes),
      memory: new ReadMemory(READ_MEMORY_BYTES),
    };
    for (const source of this.#sources) {
      if (this.#left === 0) return;
      const { partition, end } = source;
      const range = { cluster: this.#cluster, clock: this.#ports.clock, topic, partition, reading };
      let failure: unknown;
      const take = async (piece: Piece): Promise<boolean> => {
        try {
          await this.#redrive(piece, source);
        } catch (error) {
          failure = error;
          throw error;
        }
        return this.#left > 0;
      };
      try {
        await readUntil(range, end, STALL_TIMEOUT_MS, take);
      } catch (error) {
        throw failure ?? unread(error, deadLetters);
      }
    }
  }

  async #redrive({ records }: Piece, source: RedriveSource): Promise<void> {
    const { from, to, reasons, maxRedrives } = this.#options;
    const positions = new Map<string, bigint>();
    const writes = new Map<UsableTopic, PlacedRecord[]>();
    for (const consumed of records) {
      const offset = BigInt(consumed.offset);
      const time = Number(consumed.timestamp);
      if (this.#left === 0 || offset >= source.end) break;
      const original = originalRecord(consumed);
      if (original === undefined) {
        this.#foreign += 1;
        continue;
      }
      const { reason, redrives } = original;
      if (source.isDone(reason, offset) || !reasons.includes(reason)) continue;
      if (time < from || time >= to) continue;
      if (!original.isWhole) {
        this.#partial += 1;
        continue;
      }
      const counts = this.#reasons.get(reason) ?? { redriven: 0, tooOften: 0 };
      this.#reasons.set(reason, counts);
      positions.set(reason, offset + 1n);
      if (redrives >= maxRedrives) {
        counts.tooOften += 1;
        continue;
      }
      await this.#add(writes, original);
      counts.redriven += 1;
      this.#left -= 1;
    }
    if (positions.size > 0) await source.commit(writes, positions);
  }

  async #add(
    writes: Map<UsableTopic, PlacedRecord[]>,
    { topic, partition, record }: OriginalRecord,
  ): Promise<void> {
    const target = await this.#target(topic);
    const records = writes.get(target) ?? [];
    writes.set(target, records);
    this.#tellIfOld(target, Number(record.timestamp));
    records.push({ ...record, partition: partition < target.partitions ? partition : undefined });
    this.#topics.set(topic, (this.#topics.get(topic) ?? 0) + 1);
  }

  /** It may be deleted before it is processed. */
  #tellIfOld({ topic, retentionMs }: UsableTopic, timestamp: number): void {
    if (retentionMs === undefined || this.#olds.has(topic)) return;
    if (timestamp >= Date.now() - retentionMs) return;
    this.#olds.add(topic);
    this.#options.onOld(topic, retentionMs);
  }

  async #target(topic: string): Promise<UsableTopic> {
    const known = this.#targets.get(topic);
    if (known !== undefined) return known;
    const { connection, logger } = this.#options;
    const role = { topic, setting: `header ${DEAD_LETTER_HEADERS.topic}` };
    const { target } = await requireTopics(connection, logger, {
      target: { ...role, operations: ['Write'] },
    });
    await this.#cluster.include(topic);
    this.#targets.set(topic, target);
    return target;
  }
}
