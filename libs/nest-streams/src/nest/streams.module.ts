import { ServiceContext } from '@login-pipeline/service';
import { DeadLetterFuse } from '@login-pipeline/streams';
import type { CommitPlan } from '@login-pipeline/streams';
import type { DynamicModule, ModuleMetadata, Type } from '@nestjs/common';
import { Module } from '@nestjs/common';
import type { TopicRole } from '../client/topics.ts';
import { DEAD_LETTER_MAX_RATIO, TOPIC_SETTINGS } from '../settings/index.ts';
import type { FoldSettings, TransformSettings } from '../settings/index.ts';
import { SnapshotConsumer } from '../snapshots/snapshot-consumer.ts';
import type { Changes } from '../snapshots/changes.ts';
import type { PartitionStates } from '../snapshots/partition-states.ts';
import { TRANSFORM_METRICS } from '../transactions/metrics.ts';
import { TransactionalConsumer } from '../transactions/transactional-consumer.ts';
import type { LatestRole } from '../transactions/transactional-options.ts';
import { FoldContext, TransformContext } from './batch-context.ts';
import { BatchTransport } from './batch-transport.ts';

/** A stream that transforms a topic into another one. */
export interface TransformStream {
  /** The name by which `@BatchHandler` or `@RecordHandler` marks the method that decides. */
  readonly source: string;
  readonly settings: TransformSettings;
  /** Every reason that a dead letter of the method may have: their counters start at 0. */
  readonly reasons: readonly string[];
  /** A compacted topic for the latest output of each key; absent: none is kept. */
  readonly latest?: LatestRole | undefined;
  /** Of its part in the probes; default: `consumer`. */
  readonly name?: string;
}

/** A stream that folds a topic into a state per partition. */
export interface FoldStream<States extends PartitionStates = PartitionStates> {
  /** The name by which `@BatchHandler` or `@RecordHandler` marks the method that folds. */
  readonly source: string;
  readonly settings: FoldSettings;
  /** The settings that name its topics, where messages have to name others than those of {@link TOPIC_SETTINGS}. */
  readonly settingNames?: Partial<Record<'inputTopic' | 'snapshotTopic', string>>;
  /** What holds the states, by its class: one of `imports` exports it, or `provide` makes it. */
  readonly states: Type<States>;
  readonly imports?: ModuleMetadata['imports'];
  /** Makes the states: the module then exports them, to be injected by their class. */
  readonly provide?: () => States;
  /** The changes that are written beside snapshots, for sinks; absent: none. */
  readonly changes?: ChangesOf<States> | undefined;
  /** Of its part in the probes; default: `consumer`. */
  readonly name?: string;
}

interface ChangesOf<States> {
  readonly topic: TopicRole;
  readonly of: (states: States) => Omit<Changes, 'topic'>;
}

const DEFAULT_SNAPSHOT_INTERVAL_MS = 1_000;

/** Reasons of dead letters that the engine itself gives. */
export const ENGINE_REASONS = [
  'record_too_large',
  'record_timestamp_refused',
  'record_refused',
] as const;

/**
 * A stream inside Nest. It makes the transport, starts it when the application is ready and drains
 * it first when that ends, and shows it in the probes as `consumer`. Takes {@link ServiceContext},
 * as `runService` provides it.
 */
@Module({})
export class StreamsModule {
  /**
   * Outputs, dead letters and the next offset of each batch are one transaction: every record is decided about exactly
   * once, whatever fails. Its handler returns a `CommitPlan` (per batch) or an `Outcome` (per record).
   */
  static transform(stream: TransformStream): DynamicModule {
    return streamOf(stream, [ServiceContext], (context) => transformTransport(stream, context));
  }

  /**
   * State and next offset of a partition are kept together in a compacted topic: every record is folded exactly once,
   * whatever fails. Its handler returns nothing.
   */
  static fold<States extends PartitionStates>(stream: FoldStream<States>): DynamicModule {
    return streamOf(
      stream,
      [ServiceContext, stream.states],
      (context, states) => foldTransport(stream, context, states as States),
      stream,
    );
  }
}

function streamOf<Result>(
  { name = 'consumer' }: Pick<FoldStream, 'name'>,
  inject: Type[],
  create: (context: ServiceContext, states: unknown) => BatchTransport<Result>,
  fold?: Pick<FoldStream, 'imports' | 'states' | 'provide'>,
): DynamicModule {
  const own = fold?.provide && { provide: fold.states, useFactory: fold.provide };
  const useFactory = (context: ServiceContext, states: unknown): BatchTransport<Result> => {
    const transport = create(context, states);
    context.health.register(name, transport);
    context.serve(transport);
    return transport;
  };
  return {
    module: StreamsModule,
    imports: fold?.imports ?? [],
    providers: [{ provide: BatchTransport, inject, useFactory }, ...(own ? [own] : [])],
    exports: [BatchTransport, ...(own ? [own.provide] : [])],
  };
}

function transformTransport(
  { source, settings, reasons, latest }: TransformStream,
  { name, version, logger, metrics, tracing, fail }: ServiceContext,
): BatchTransport<CommitPlan> {
  // A reason's first dead letter must be an increase, not a new series.
  for (const reason of new Set([...reasons, ...ENGINE_REASONS])) {
    metrics.increment(TRANSFORM_METRICS.dead_letters_total, { reason }, 0);
  }
  const { kafka, topics, producer, stallTimeoutMs, deadLetterMaxRatio } = settings;
  const context = new TransformContext(
    {
      service: `${name}@${version}`,
      tooLarge: 'record_too_large',
      refused: {
        timestamp: 'record_timestamp_refused',
        size: 'record_too_large',
        record: 'record_refused',
      },
      now: () => new Date(),
    },
    new DeadLetterFuse(deadLetterMaxRatio, DEAD_LETTER_MAX_RATIO.name),
  );
  return new BatchTransport(source, context, (handle) =>
    TransactionalConsumer.create(
      {
        connection: kafka,
        groupId: topics.groupId,
        input: { topic: topics.inputTopic, setting: TOPIC_SETTINGS.inputTopic },
        output: { topic: topics.outputTopic, setting: TOPIC_SETTINGS.outputTopic },
        deadLetter: { topic: topics.deadLetterTopic, setting: TOPIC_SETTINGS.deadLetterTopic },
        latest,
        ...producer,
        stallTimeoutMs,
        logger,
        metrics,
        tracing,
        onFatal: fail,
      },
      handle,
    ),
  );
}

function foldTransport<States extends PartitionStates>(
  { source, settings, settingNames, changes }: FoldStream<States>,
  { logger, metrics, tracing, fail }: ServiceContext,
  states: States,
): BatchTransport<void> {
  const { kafka, groupId, inputTopic, snapshotTopic, ...intervals } = settings;
  const names = { ...TOPIC_SETTINGS, ...settingNames };
  return new BatchTransport(source, new FoldContext(states), (handle) =>
    SnapshotConsumer.create(
      {
        connection: kafka,
        groupId,
        input: { topic: inputTopic, setting: names.inputTopic },
        snapshots: { topic: snapshotTopic, setting: names.snapshotTopic },
        snapshotIntervalMs: intervals.snapshotIntervalMs ?? DEFAULT_SNAPSHOT_INTERVAL_MS,
        stallTimeoutMs: intervals.stallTimeoutMs,
        states,
        changes: changes && { topic: changes.topic, ...changes.of(states) },
        logger,
        metrics,
        tracing,
        onFatal: fail,
      },
      handle,
    ),
  );
}
