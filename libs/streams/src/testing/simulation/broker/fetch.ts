import type { FetchedPartitionData, FetchPartition } from '../../../protocol/log-apis.ts';
import type { ErrorName } from '../../../protocol/errors.ts';
import type { RequestOf, ResponseOf } from '../../../protocol/apis.ts';
import type { Timer } from '../scheduler.ts';
import type { Answering } from './controller.ts';
import type { Environment } from './environment.ts';
import type { Partition } from './topics.ts';

type Answer = (response: ResponseOf<'Fetch'>) => void;

/** Fetches, which wait until there is enough to read. */
export class Fetch {
  readonly #environment: Environment;

  constructor(environment: Environment) {
    this.#environment = environment;
  }

  handle(broker: Answering, request: RequestOf<'Fetch'>, answer: Answer): void {
    const { maxWaitMs, partitions } = request;
    if (maxWaitMs <= 0 || partitions.length === 0 || this.#isEnough(broker, request)) {
      answer(this.#read(broker, request));
      return;
    }
    new DelayedFetch(
      this.#environment,
      this.#watched(request),
      maxWaitMs,
      () => this.#isEnough(broker, request),
      () => {
        answer(this.#read(broker, request));
      },
    );
  }

  #watched({ partitions }: RequestOf<'Fetch'>): Partition[] {
    const { topicsById } = this.#environment.controller;
    const watched = [];
    for (const { topicId, partition } of partitions) {
      const found = topicsById.get(topicId)?.partitions[partition];
      if (found !== undefined) watched.push(found);
    }
    return watched;
  }

  /** Whether the answer can be given: it has enough bytes, or an error. */
  #isEnough(broker: Answering, request: RequestOf<'Fetch'>): boolean {
    const { partitions, isolation, minBytes } = request;
    let bytes = 0;
    for (const wanted of partitions) {
      const [partition, error] = this.#find(broker, wanted);
      if (partition === undefined || error !== 'NONE') return true;
      const bound = Math.min(minBytes - bytes, wanted.maxBytes);
      bytes += partition.log.available(Number(wanted.offset), isolation, bound);
      if (bytes >= minBytes) return true;
    }
    return false;
  }

  #find(broker: Answering, wanted: FetchPartition): [Partition | undefined, ErrorName] {
    const { topicsById } = this.#environment.controller;
    const topic = topicsById.get(wanted.topicId);
    if (topic === undefined || broker.image.topics.get(topic.name)?.topicId !== topic.id) {
      return [undefined, 'UNKNOWN_TOPIC_ID'];
    }
    const partition = topic.partitions[wanted.partition];
    if (partition === undefined) return [undefined, 'UNKNOWN_TOPIC_OR_PARTITION'];
    const now = this.#environment.scheduler.now();
    const error = partition.check(broker.id, now, wanted.leaderEpoch);
    if (error !== 'NONE') return [partition, error];
    const { start, end } = partition.log;
    const isInside = wanted.offset >= start && wanted.offset <= end;
    return [partition, isInside ? 'NONE' : 'OFFSET_OUT_OF_RANGE'];
  }

  #read(
    broker: Answering,
    { partitions, isolation, maxBytes }: RequestOf<'Fetch'>,
  ): ResponseOf<'Fetch'> {
    let left = maxBytes;
    let isEmpty = true;
    const fetched = partitions.map((wanted): FetchedPartitionData => {
      const { topicId } = wanted;
      const [partition, error] = this.#find(broker, wanted);
      if (partition === undefined || error !== 'NONE') {
        return { topicId, partition: wanted.partition, error, ...NOTHING };
      }
      const { log } = partition;
      const offset = Number(wanted.offset);
      const bound = Math.min(wanted.maxBytes, left);
      const { batches, bytes } = log.read(offset, isolation, bound, isEmpty);
      left = Math.max(0, left - bytes);
      if (bytes > 0) isEmpty = false;
      const last = batches.at(-1);
      const aborted =
        isolation === 'read_committed' && last !== undefined
          ? log.abortedIn(offset, last.lastOffset + 1)
          : [];
      return {
        topicId,
        partition: wanted.partition,
        error,
        highWatermark: BigInt(log.end),
        lastStableOffset: BigInt(log.lastStableOffset),
        logStartOffset: BigInt(log.start),
        aborted,
        records: { batches },
      };
    });
    return { error: 'NONE', throttleMs: 0, partitions: fetched };
  }
}

/** A fetch that waits: for bytes, for an error, or for its time to be up. */
class DelayedFetch {
  readonly #watched: readonly Partition[];
  readonly #timer: Timer;
  readonly #answer: () => void;

  constructor(
    environment: Environment,
    watched: readonly Partition[],
    maxWaitMs: number,
    isEnough: () => boolean,
    answer: () => void,
  ) {
    this.#watched = watched;
    this.#answer = answer;
    const look = (): void => {
      if (isEnough()) this.#end(look);
    };
    for (const partition of watched) partition.watch(look);
    this.#timer = environment.scheduler.schedule(maxWaitMs, () => {
      this.#end(look);
    });
  }

  #end(look: () => void): void {
    this.#timer.cancel();
    for (const partition of this.#watched) partition.unwatch(look);
    this.#answer();
  }
}

const NOTHING = {
  highWatermark: -1n,
  lastStableOffset: -1n,
  logStartOffset: -1n,
  aborted: [],
  records: { batches: [] },
};
