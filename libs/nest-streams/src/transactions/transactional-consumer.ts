import { randomUUID } from 'node:crypto';
import type {
  BatchEncoder,
  ClientWire,
  CommitPlan,
  PlanBatch,
  PlanContext,
} from '@login-pipeline/streams';
import {
  batchPlanner,
  MAX_VALUE_BYTES,
  readLimits,
  ReadMemory,
  requireTransactions,
  TransformEngine,
} from '@login-pipeline/streams';
import { openWire } from '../client/wire.ts';
import { enginePorts, READ_MEMORY_BYTES, START_RETRY_FOR_MS } from '../engine/engine-ports.ts';
import { Latency } from '../engine/latency.ts';
import { memberNotReady, partitionsNotReady } from '../engine/readiness.ts';
import type { BatchConsumer, HandleBatch } from '../nest/batch-transport.ts';
import { transformFailure } from './transform-failure.ts';
import { TransformReport } from './transform-report.ts';
import type { TransactionalOptions } from './transactional-options.ts';
import { requireTransactionalTopics } from './transactional-topics.ts';
import type { TransactionalTopics } from './transactional-topics.ts';
import { TRANSFORM_METRICS } from './metrics.ts';

/**
 * Consumes a topic by the engine of `libs/streams`: outputs, dead letters and next offsets in
 * transactions, exactly once.
 */
export class TransactionalConsumer implements BatchConsumer {
  readonly #wire: ClientWire;
  readonly #engine: TransformEngine;

  private constructor(
    options: TransactionalOptions,
    wire: ClientWire,
    topics: TransactionalTopics,
    handle: HandleBatch<CommitPlan>,
  ) {
    const { groupId, input, tracing, lingerMs, stallTimeoutMs, onFatal } = options;
    const report = new TransformReport({ ...options, topic: input.topic });
    const ports = enginePorts(wire);
    this.#wire = wire;
    this.#engine = new TransformEngine({
      ports,
      groupId,
      instance: randomUUID(),
      input: input.topic,
      targets: targetsOf(topics).map(({ topic }) => topic),
      plan: planOf(options, topics, ports.encoder, handle),
      ...(tracing !== undefined && {
        around: (batch, work) => tracing.process({ ...batch, groupId }, work),
      }),
      // What one of the targets may take has to be read.
      reading: {
        limits: readLimits(
          Math.max(
            MAX_VALUE_BYTES,
            topics.output.maxMessageBytes,
            topics.deadLetter.maxMessageBytes,
          ),
        ),
        memory: new ReadMemory(READ_MEMORY_BYTES),
      },
      lingerMs,
      stallTimeoutMs,
      onEvent: report.on,
      onFatal: (error) => {
        onFatal(transformFailure(error, options, wire.describe()));
      },
    });
    report.engine.watch(this.#engine);
  }

  /** @throws KafkaUnavailableError when the brokers or one of the topics cannot be used */
  static async create(
    options: TransactionalOptions,
    handle: HandleBatch<CommitPlan>,
  ): Promise<TransactionalConsumer> {
    const topics = await requireTransactionalTopics(options);
    const wire = openWire(options.connection, options.logger);
    const { groupId, input } = options;
    const wanted = { groupId, topic: input.topic, retryForMs: START_RETRY_FOR_MS };
    try {
      await requireTransactions(enginePorts(wire), wanted);
    } catch (error) {
      await wire.close();
      throw transformFailure(error, options, wire.describe());
    }
    return new TransactionalConsumer(options, wire, topics, handle);
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
    return memberNotReady(this.#engine.member) ?? partitionsNotReady(this.#engine.waiting);
  }

  notLive(): string | undefined {
    return this.#engine.stalled;
  }
}

function targetsOf({ output, deadLetter, latest }: TransactionalTopics): readonly {
  readonly topic: string;
}[] {
  return [output, deadLetter, ...(latest === undefined ? [] : [latest])];
}

function planOf(
  options: TransactionalOptions,
  { input, output, deadLetter, latest }: TransactionalTopics,
  encoder: BatchEncoder,
  handle: HandleBatch<CommitPlan>,
): (context: PlanContext) => PlanBatch {
  const { compression, batchMaxRecords, metrics, logger } = options;
  const latency = new Latency(options);
  return batchPlanner({
    input: input.topic,
    output,
    deadLetter,
    latest,
    codec: compression,
    maxRecords: batchMaxRecords,
    encoder,
    handle,
    onShortened: ({ partition, offset, omittedBytes }) => {
      logger.warn(
        { topic: input.topic, partition, offset, omittedBytes, deadLetterTopic: deadLetter.topic },
        `A dead letter is too large for its topic: raise max.message.bytes of "${deadLetter.topic}". ` +
          `Its headers say where the whole record is`,
      );
    },
    onCommitted: ({ batch, counts, reasons }) => {
      metrics.increment(TRANSFORM_METRICS.records_total, { outcome: 'emitted' }, counts.emitted);
      metrics.increment(TRANSFORM_METRICS.records_total, { outcome: 'dropped' }, counts.dropped);
      metrics.increment(
        TRANSFORM_METRICS.records_total,
        { outcome: 'dead_lettered' },
        counts.deadLettered,
      );
      for (const [reason, count] of reasons)
        metrics.increment(TRANSFORM_METRICS.dead_letters_total, { reason }, count);
      latency.observe(batch.records);
    },
  });
}
