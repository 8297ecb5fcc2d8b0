import { randomUUID } from 'node:crypto';
import { setImmediate as nextTurn } from 'node:timers/promises';
import {
  FoldEngine,
  MAX_VALUE_BYTES,
  maxSnapshotBytes,
  readLimits,
  ReadMemory,
  requireGroup,
} from '@login-pipeline/streams';
import type { ClientWire, FoldBatch } from '@login-pipeline/streams';
import type { UsableTopic } from '../client/topics.ts';
import { openWire } from '../client/wire.ts';
import { enginePorts, READ_MEMORY_BYTES, START_RETRY_FOR_MS } from '../engine/engine-ports.ts';
import { Latency } from '../engine/latency.ts';
import { memberNotReady, partitionsNotReady } from '../engine/readiness.ts';
import type { BatchConsumer, HandleBatch } from '../nest/batch-transport.ts';
import { foldFailure } from './fold-failure.ts';
import { FoldReport } from './fold-report.ts';
import type { SnapshotOptions } from './snapshot-options.ts';
import { requireSnapshotTopics } from './snapshot-topics.ts';
import type { SnapshotTopics } from './snapshot-topics.ts';

/** What a process may have decompressed of snapshots at a time: those who hold memory of the input wait for them. */
const FOLLOW_MEMORY_BYTES = 16 * 1024 * 1024;

/** Folds a topic into one state per partition by the engine of `libs/streams`, and counts every record exactly once. */
export class SnapshotConsumer implements BatchConsumer {
  readonly #wire: ClientWire;
  readonly #engine: FoldEngine;

  private constructor(
    options: SnapshotOptions,
    wire: ClientWire,
    { input, snapshots, changes }: SnapshotTopics,
    handle: HandleBatch<void>,
  ) {
    const { groupId, states, tracing, onFatal } = options;
    const { snapshotIntervalMs, stallTimeoutMs } = options;
    const report = new FoldReport({
      ...options,
      topic: input.topic,
      snapshotTopic: snapshots.topic,
    });
    this.#wire = wire;
    this.#engine = new FoldEngine({
      ports: enginePorts(wire),
      groupId,
      instance: randomUUID(),
      input: input.topic,
      snapshots,
      maxSnapshotBytes: maxSnapshotBytes(input, snapshots.maxMessageBytes),
      snapshotIntervalMs,
      ...(changes !== undefined &&
        options.changes !== undefined && {
          changes: { ...changesOf(options.changes), ...changes },
        }),
      states,
      handle: foldTurn(options, handle),
      ...(tracing !== undefined && {
        around: (batch, work) => tracing.process({ ...batch, groupId }, work),
      }),
      reading: { limits: limitsOf(input), memory: new ReadMemory(READ_MEMORY_BYTES) },
      following: { limits: limitsOf(snapshots), memory: new ReadMemory(FOLLOW_MEMORY_BYTES) },
      stallTimeoutMs,
      onEvent: report.on,
      onFatal: (error) => {
        onFatal(foldFailure(error, options, wire.describe()));
      },
    });
    report.engine.watch(this.#engine);
  }

  /**
   * @throws KafkaUnavailableError when the brokers or one of the topics cannot be used
   * @throws what the states throw where snapshots may not fit into their topic
   */
  static async create(
    options: SnapshotOptions,
    handle: HandleBatch<void>,
  ): Promise<SnapshotConsumer> {
    const { connection, logger, groupId, states } = options;
    const topics = await requireSnapshotTopics(options);
    const { input, snapshots } = topics;
    states.fit(maxSnapshotBytes(input, snapshots.maxMessageBytes), snapshots);
    const wire = openWire(connection, logger);
    try {
      await requireGroup(enginePorts(wire), { groupId, retryForMs: START_RETRY_FOR_MS });
    } catch (error) {
      await wire.close();
      throw foldFailure(error, options, wire.describe());
    }
    return new SnapshotConsumer(options, wire, topics, handle);
  }

  start(): Promise<void> {
    this.#engine.start();
    return Promise.resolve();
  }

  async stop(): Promise<void> {
    await this.#engine.stop();
    await this.#wire.close();
  }

  notReady(): string | undefined {
    const { member, restoring, waiting } = this.#engine;
    const isRestoring = restoring.length > 0;
    return (
      memberNotReady(member) ??
      (isRestoring ? `restoring partitions ${restoring.join(', ')}` : partitionsNotReady(waiting))
    );
  }

  notLive(): string | undefined {
    return this.#engine.stalled;
  }
}

/** Batches of other partitions wait in this turn of the event loop; requests go between them. */
function foldTurn(options: SnapshotOptions, handle: HandleBatch<void>): FoldBatch {
  const latency = new Latency(options);
  return async (batch) => {
    await handle(batch);
    latency.observe(batch.records);
    await nextTurn();
  };
}

function changesOf(
  changes: NonNullable<SnapshotOptions['changes']>,
): Pick<typeof changes, 'since' | 'assumeWritten' | 'forget'> {
  return {
    since: (partition) => changes.since(partition),
    assumeWritten: (partition) => {
      changes.assumeWritten(partition);
    },
    forget: (partition) => {
      changes.forget(partition);
    },
  };
}

function limitsOf({ maxMessageBytes }: UsableTopic): ReturnType<typeof readLimits> {
  return readLimits(Math.max(MAX_VALUE_BYTES, maxMessageBytes));
}
