import { setTimeout as sleep } from 'node:timers/promises';
import type { PrometheusApi } from '@login-pipeline/monitoring';
import { aLogin } from '@login-pipeline/schema/testing';
import type { Transaction } from 'kafkajs';
import { fail } from '../chaos/kafka-answers.ts';
import { lostEndTxn } from '../chaos/network-faults.ts';
import type { NewRecord } from '../cluster.ts';
import { SeededRandom } from '../seeded-random.ts';
import { Service } from '../service.ts';
import { waitFor } from '../wait-for.ts';
import type { Pipeline } from './pipeline.ts';
import { TOPICS } from './pipeline.ts';
import { sicknesses } from './sick-process.ts';

/** Ends a fault. */
export type Heal = () => Promise<void>;

const DAY_MS = 24 * 60 * 60 * 1_000;
const HANGING_PARTITION = 0;
/** The other faults keep away from the one whose transaction hangs. */
const OTHER_PARTITIONS = [1, 2, 3] as const;
const REFUSED_PERCENT = 20;
/** Kafka protocol guide, "Error Codes". */
const ILLEGAL_GENERATION = 22;
const OLD_LOGINS_DAYS = 40;
const OLD_LOGINS_EVERY_MS = 100;
const OLD_LOGINS_AT_ONCE = 10;
/** The coordinator lets a transaction live no longer than its broker allows. */
const HANG_MS = 120_000;

/** Half of its records are bad, it holds its event loop, and it leaks. @returns where it is scraped, too */
export async function sickGenerator({ proxy }: Pipeline): Promise<{ heal: Heal; target: string }> {
  const service = await Service.start('data-generator', {
    KAFKA_BROKERS: proxy.addresses,
    RATE: '200',
    BAD_RATIO: '0.45',
    SEED: '2',
    NODE_OPTIONS: sicknesses(),
  });
  return { heal: () => service.kill(), target: new URL(service.url).host };
}

/** A producer replays logins of forty days ago, older than the days that the insights keep. */
export async function oldLogins({ cluster }: Pipeline): Promise<Heal> {
  const producer = cluster.kafka.producer({ maxInFlightRequests: 1 });
  await producer.connect();
  const timestamp = Date.now() - OLD_LOGINS_DAYS * DAY_MS;
  const value = JSON.stringify(aLogin({ app_version: '2.0.0', timestamp }));
  return repeated(
    OLD_LOGINS_EVERY_MS,
    async () => {
      const messages = OTHER_PARTITIONS.flatMap((partition) =>
        Array.from({ length: OLD_LOGINS_AT_ONCE }, () => ({
          partition,
          value,
          timestamp: String(timestamp),
        })),
      );
      await producer.send({ topic: TOPICS.input, messages });
    },
    () => producer.disconnect(),
  );
}

/** A producer begins a transaction and never ends it. */
export async function hangingTransaction({ cluster }: Pipeline): Promise<Heal> {
  const producer = cluster.kafka.producer({
    transactionalId: 'drill-hanging',
    transactionTimeout: HANG_MS,
    maxInFlightRequests: 1,
  });
  await producer.connect();
  const transaction: Transaction = await producer.transaction();
  const messages = [{ partition: HANGING_PARTITION, value: 'never committed' }];
  await transaction.send({ topic: TOPICS.input, messages });
  return async () => {
    await transaction.abort();
    await producer.disconnect();
  };
}

/** Of every few commits of offsets one is refused, as if the group had gone on without the member. */
export function goneGenerations({ proxy }: Pipeline): Promise<Heal> {
  const random = new SeededRandom(2);
  const remove = proxy.inject((frame) => {
    const isCommit = frame.direction === 'response' && frame.api === 'TxnOffsetCommit';
    if (isCommit && random.below(100) < REFUSED_PERCENT) fail(frame, ILLEGAL_GENERATION);
    return 'pass';
  });
  return Promise.resolve(() => {
    remove();
    return Promise.resolve();
  });
}

/** Of every two answers to the end of a transaction one is lost with its connection. */
export function lostAnswers({ proxy }: Pipeline): Promise<Heal> {
  const remove = proxy.inject(lostEndTxn('response', 50, new SeededRandom(1)));
  return Promise.resolve(() => {
    remove();
    return Promise.resolve();
  });
}

/** No snapshot arrives. */
export function lostSnapshots({ proxy }: Pipeline): Promise<Heal> {
  const remove = proxy.inject(({ direction, api, clientId }) =>
    direction === 'request' && api === 'Produce' && clientId === 'aggregator' ? 'reset' : 'pass',
  );
  return Promise.resolve(() => {
    remove();
    return Promise.resolve();
  });
}

/** One of two members ends and comes back, again and again; each time is seen by a scrape. */
export function restarts(pipeline: Pipeline, prometheus: PrometheusApi): Promise<Heal> {
  let [, restarting] = pipeline.idle;
  const { host, port } = new URL(restarting.url);
  const started = async (): Promise<number | undefined> => {
    const [line] = await prometheus.query(`process_start_time_seconds{instance="${host}"}`);
    return line?.values[0];
  };
  return repeated(0, async () => {
    const before = await started();
    await restarting.stop();
    restarting = await pipeline.startIdle(port);
    await waitFor('a scrape of the restarted transformer', async () => {
      const now = await started();
      return now !== undefined && now !== before;
    });
  });
}

/** The input is not read: its consumers are there, and do not move. */
export function frozenTransformers({ transformers }: Pipeline): void {
  for (const transformer of transformers) transformer.signal('SIGSTOP');
}

/** The readers are gone, and what they have yet to read is deleted before one comes back. */
export async function deletedBeforeRead(pipeline: Pipeline): Promise<Heal> {
  const { cluster, proxy, transformers } = pipeline;
  await Promise.all(transformers.map((transformer) => transformer.kill()));
  const ends = await cluster.ends(TOPICS.input);
  await cluster.admin.deleteTopicRecords({
    topic: TOPICS.input,
    partitions: ends.map((end, partition) => ({ partition, offset: String(end) })),
  });
  // The loss is found when there is something to read again.
  await cluster.produce(
    TOPICS.input,
    ends.map((_, partition) => newRecord(partition)),
  );
  const port = new URL(transformers[0].url).port;
  const successor = await Service.start('transformer', {
    KAFKA_BROKERS: proxy.addresses,
    HTTP_PORT: port,
  });
  return async () => {
    await successor.stop();
  };
}

function newRecord(partition: number): NewRecord {
  const timestamp = String(Date.now());
  return { partition, key: null, value: Buffer.from('no login'), headers: {}, timestamp };
}

/** Does something again and again until it is healed. */
async function repeated(
  pauseMs: number,
  act: () => Promise<void>,
  dispose: () => Promise<void> = () => Promise.resolve(),
): Promise<Heal> {
  const healed = new AbortController();
  const acting = (async (): Promise<void> => {
    while (!healed.signal.aborted) {
      await act();
      await sleep(pauseMs, undefined, { signal: healed.signal }).catch(() => undefined);
    }
  })();
  // It is awaited when it is healed.
  acting.catch(() => undefined);
  await Promise.resolve();
  return async () => {
    healed.abort();
    await acting;
    await dispose();
  };
}
