import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { Broker, RefusedError } from '@login-pipeline/plain-wire';
import fc from 'fast-check';
import { Account } from './account.ts';
import { NEIGHBOUR, neighbourLogin, oddBatches } from './arbitraries.ts';
import type { OddBatch, OddRecord } from './arbitraries.ts';
import { PARTITIONS } from './hostile-lane.ts';
import type { HostileLane } from './hostile-lane.ts';
import type { Cluster } from '../cluster.ts';
import type { Service } from '../service.ts';
import { waitFor } from '../wait-for.ts';
import { encodeBatch } from '../wire/record-batch.ts';
import type { WireRecord } from '../wire/record-batch.ts';
import { WireReader } from '../wire/wire-reader.ts';

/** Whatever a batch holds, the services are not left behind by more than so many of them. */
const BATCHES_AHEAD = 40;
const MOST_IN_TRANSACTION = 20;
const SETTLE_MS = 120_000;

export interface Pace {
  /** Repeats a run, but for ids and times. */
  readonly seed: number;
  /** Asked before each pair of batches. */
  readonly isEnough: (batches: number) => boolean;
  /** Between two batches to each service. */
  readonly pauseMs: number;
}

export interface HostileResult {
  readonly batches: number;
  /** Records in the transformer's input. */
  readonly records: number;
  readonly outputs: number;
  readonly deadLetters: number;
  /** Records that the aggregator has read. */
  readonly consumed: number;
  /** The most memory that each service has taken, in bytes. */
  readonly peakBytes: { readonly transformer: number; readonly aggregator: number };
  /** One line each; none when every promise was kept. */
  readonly faults: readonly string[];
}

/** Writes what Kafka lets a producer write, and compares what comes out with what went in. */
export class HostileRun {
  readonly #cluster: Cluster;
  readonly #topics: HostileLane;
  readonly #broker: Broker;
  readonly #account: Account;
  #batches = 0;
  /** In the aggregator's topic: all records, and those that have to be counted. */
  #processed = { records: 0, neighbours: 0 };

  private constructor(cluster: Cluster, topics: HostileLane, broker: Broker) {
    this.#cluster = cluster;
    this.#topics = topics;
    this.#broker = broker;
    this.#account = new Account(topics.input);
  }

  /**
   * @param address `host:port` of the only broker
   * @param services that read the topics
   */
  static async play(
    options: {
      readonly cluster: Cluster;
      readonly address: string;
      readonly topics: HostileLane;
      readonly services: { readonly transformer: Service; readonly aggregator: Service };
    },
    pace: Pace,
  ): Promise<HostileResult> {
    const { cluster, address, topics, services } = options;
    const broker = await Broker.connect(address);
    const run = new HostileRun(cluster, topics, broker);
    const account = run.#account;
    const readers = [
      await WireReader.start(address, topics.output, PARTITIONS, (partition, record) => {
        account.sawOutput(partition, record);
      }),
      await WireReader.start(address, topics.deadLetter, PARTITIONS, (_, record) => {
        account.sawDeadLetter(record);
      }),
    ];
    const faults: string[] = [];
    try {
      await run.#write(pace);
      await run.#settled();
    } catch (error) {
      faults.push(`seed ${pace.seed}, batch ${run.#batches}: ${(error as Error).message}`);
    } finally {
      for (const reader of readers) await reader.stop();
      broker.close();
    }
    faults.push(...account.faults(), ...(await run.#insightFaults(services.aggregator)));
    const { written: records, outputs, deadLetters } = account;
    const peakBytes = {
      transformer: await peakOf(services.transformer),
      aggregator: await peakOf(services.aggregator),
    };
    const { records: consumed } = run.#processed;
    return { batches: run.#batches, records, outputs, deadLetters, consumed, peakBytes, faults };
  }

  async #write({ seed, isEnough, pauseMs }: Pace): Promise<void> {
    const { input, processed } = this.#topics;
    const kinds = [
      { topic: input, batches: oddBatches() },
      { topic: processed, batches: oddBatches({ processed: true }) },
    ];
    while (!isEnough(this.#batches)) {
      for (const { topic, batches } of kinds) {
        const [batch] = fc.sample(batches, { seed: seed + this.#batches, numRuns: 1 });
        this.#batches += 1;
        if (batch !== undefined) await this.#writeBatch(topic, this.#batches % PARTITIONS, batch);
      }
      await sleep(pauseMs);
      if (this.#batches % BATCHES_AHEAD === 0) await this.#settled();
    }
  }

  async #writeBatch(topic: string, partition: number, batch: OddBatch): Promise<void> {
    const { records, codec, transaction } = batch;
    const made = records.map(filledIn);
    if (transaction !== undefined) {
      await this.#writeTransaction(topic, partition, transaction, made.length);
      return;
    }
    for (const record of made) this.#expect(topic, record);
    const bytes = await encodeBatch(
      made.map(({ record }) => record),
      codec,
    );
    try {
      const offsets = await this.#broker.produce(topic, new Map([[partition, bytes]]));
      this.#wrote(topic, partition, offsets.get(partition) ?? 0, made);
    } catch (error) {
      if (!(error instanceof RefusedError)) throw error;
      for (const { id } of made) this.#account.forget(id);
    }
  }

  /** Plain logins, with a marker behind them. */
  async #writeTransaction(
    topic: string,
    partition: number,
    end: 'commit' | 'abort',
    count: number,
  ): Promise<void> {
    const value = neighbourLogin(topic === this.#topics.input ? {} : { processed: true });
    const made = Array.from({ length: Math.min(count, MOST_IN_TRANSACTION) }, () =>
      filledIn({ value, key: undefined, headers: [], timestamp: undefined }),
    );
    const producer = this.#cluster.kafka.producer({
      transactionalId: `${topic}-stranger`,
      maxInFlightRequests: 1,
    });
    await producer.connect();
    try {
      const transaction = await producer.transaction();
      if (end === 'commit') for (const record of made) this.#expect(topic, record);
      const messages = made.map(({ record: { key, value, timestamp } }) => ({
        ...{ key, value, partition },
        timestamp: String(timestamp),
      }));
      const [sent] = await transaction.send({ topic, messages });
      await transaction[end]();
      if (end === 'commit') this.#wrote(topic, partition, Number(sent?.baseOffset), made);
    } finally {
      await producer.disconnect();
    }
  }

  #expect(topic: string, { id, kind, name, record }: Made): void {
    if (topic === this.#topics.input) this.#account.expect(id, kind, name, record);
  }

  #wrote(topic: string, partition: number, baseOffset: number, made: readonly Made[]): void {
    if (topic === this.#topics.input) {
      made.forEach(({ id }, index) => {
        this.#account.wrote(id, partition, baseOffset + index);
      });
      return;
    }
    const { records, neighbours } = this.#processed;
    this.#processed = {
      records: records + made.length,
      neighbours: neighbours + made.filter(({ isNeighbour }) => isNeighbour).length,
    };
  }

  async #settled(): Promise<void> {
    await waitFor('every record to have an outcome', () => this.#account.isSettled(), SETTLE_MS);
  }

  async #insightFaults(aggregator: Service): Promise<readonly string[]> {
    const { records, neighbours } = this.#processed;
    let seen = 'nothing';
    try {
      await waitFor(
        'the aggregator to read all records',
        async () => {
          const ledger = await jsonOf<{ total: Record<string, number> }>(aggregator, '/ledger');
          const insights = await jsonOf<{ deviceTypes: Record<string, number> }>(
            aggregator,
            '/insights',
          );
          const { consumed, unaccounted } = ledger.total;
          const counted = insights.deviceTypes[NEIGHBOUR] ?? 0;
          seen = `consumed ${consumed} of ${records}, counted ${counted} of ${neighbours} neighbours, unaccounted ${unaccounted}`;
          return consumed === records && counted === neighbours && unaccounted === 0;
        },
        SETTLE_MS,
      );
      return [];
    } catch {
      return [`insights: ${seen}`];
    }
  }
}

/** A record as it is written, with what is known of it. */
interface Made {
  readonly id: string;
  readonly kind: OddRecord['value']['kind'];
  readonly name: string;
  readonly record: WireRecord;
  readonly isNeighbour: boolean;
}

function filledIn({ value, key, headers, timestamp }: OddRecord): Made {
  const id = randomUUID();
  const now = Date.now();
  return {
    ...{ id, kind: value.kind, name: value.name },
    isNeighbour: value.name === NEIGHBOUR,
    record: {
      key: key === undefined ? Buffer.from(id) : key,
      value: value.make(id, now),
      headers,
      timestamp: timestamp ?? BigInt(now),
    },
  };
}

async function jsonOf<T>(service: Service, path: string): Promise<T> {
  return (await (await service.get(path)).json()) as T;
}

/** @returns bytes; infinitely many when it is gone */
function peakOf(service: Service): Promise<number> {
  return service.peakResidentBytes().catch(() => Infinity);
}
