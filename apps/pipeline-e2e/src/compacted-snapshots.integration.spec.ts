import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { askAll, compared, contain, differences } from './asked-periods.ts';
import type { Frame } from './chaos/fault-proxy.ts';
import { errorCodes, producedTopics } from './chaos/kafka-answers.ts';
import type { NewRecord } from './cluster.ts';
import { exact } from './period-answers.ts';
import { periodLogins } from './period-logins.ts';
import { startProxiedCluster } from './proxied-cluster.ts';
import type { ProxiedCluster } from './proxied-cluster.ts';
import { killServices, Service } from './service.ts';
import { TopicReader } from './topic-reader.ts';
import { waitFor } from './wait-for.ts';

const PARTITIONS = 3;
/** Of the replicas, as clients. */
const NAMES = ['replica-0', 'replica-1', 'replica-2'];
/** How many of them are frozen, one after the other. */
const FROZEN = 2;
const LOGINS = 10_000;
/** Parts in which the logins are written: two for each that is frozen, and one before. */
const PORTIONS = 5;
/** Logins that come again and again while the broker compacts. */
const MORE = 2_000;
const MORE_AT_ONCE = 10;
const COMPACTED_WITHIN_MS = 180_000;
const DEADLINE_MS = 300_000;
/** As small and eager as a broker allows, so that compaction is seen within seconds. */
const COMPACTED = {
  'cleanup.policy': 'compact',
  'segment.ms': '500',
  'min.cleanable.dirty.ratio': '0.01',
  'max.compaction.lag.ms': '500',
  'delete.retention.ms': '0',
};

describe('snapshots that the broker has compacted', () => {
  let kafka: ProxiedCluster;

  beforeAll(async () => {
    kafka = await startProxiedCluster();
  });
  afterEach(killServices);
  afterAll(() => kafka.stop());

  it(
    'bring every count back, although snapshots of frozen owners have come late',
    async () => {
      const { cluster } = kafka;
      const { topic, snapshots, start } = await group();
      const replicas = await Promise.all(NAMES.map(start));
      await Promise.all(replicas.map((replica) => replica.ready()));
      const load = { partitions: PARTITIONS, users: 2_000, seed: 3, nowMs: Date.now() };
      const logins = periodLogins({ ...load, count: LOGINS, days: 10 });
      const portion = LOGINS / PORTIONS;
      const write = async (index: number): Promise<void> => {
        await cluster.produce(topic, logins.slice(index * portion, (index + 1) * portion));
      };
      await write(0);
      await contain(replicas, await cluster.ends(topic));
      for (const [index, owner] of replicas.slice(0, FROZEN).entries()) {
        const late = held(NAMES[index], snapshots);
        await write(1 + 2 * index);
        await late.reached(owner);
        owner.signal('SIGSTOP');
        await write(2 + 2 * index);
        await contain(
          replicas.filter((replica) => replica !== owner),
          await cluster.ends(topic),
        );
        expect(await late.arrives(owner)).toEqual([0]);
        owner.signal('SIGCONT');
      }
      await contain(replicas, await cluster.ends(topic));
      // Of today: what came late of the days before stays the last that was written of their sections.
      const recent = periodLogins({ ...load, count: MORE, days: 1 });
      await compacted(topic, snapshots, recent, ({ records, end }) => records < end / 4);

      await Promise.all(replicas.map((replica) => replica.kill()));
      const heirs = await Promise.all(NAMES.map(start));
      const asked = await askAll(heirs, await cluster.ends(topic));
      expect(differences(asked)).toEqual([]);
      const { records } = await TopicReader.readAll(cluster, topic);
      for (const each of await compared(asked, records)) {
        expect(exact(each.answered)).toEqual(exact(each.expected));
      }
      // A set that came late is known to the next owner, which erases it.
      await compacted(topic, snapshots, recent, ({ sets }) => sets === PARTITIONS);
    },
    DEADLINE_MS,
  );

  async function group() {
    const id = randomUUID();
    const topic = `e2e-processed-${id}`;
    const snapshots = `e2e-insights-${id}`;
    await kafka.cluster.createTopic(topic, PARTITIONS);
    await kafka.cluster.createTopic(snapshots, 1, COMPACTED);
    const settings = {
      KAFKA_BROKERS: kafka.proxy.addresses,
      INPUT_TOPIC: topic,
      SNAPSHOT_TOPIC: snapshots,
      GROUP_ID: `e2e-aggregator-${id}`,
      SNAPSHOT_INTERVAL_MS: '200',
      INSIGHTS_LOG_EVERY: '1000000',
    };
    const start = (name: string): Promise<Service> =>
      Service.start('aggregator', { ...settings, KAFKA_CLIENT_ID: name });
    return { topic, snapshots, start };
  }

  /** Holds the next snapshots that a replica writes, before they reach the broker. */
  function held(name: string | undefined, snapshots: string) {
    const write = kafka.proxy.holdFirst(
      ({ direction, api, clientId, bytes }) =>
        isOf(name, 'request', { direction, api, clientId }) &&
        producedTopics(bytes).includes(snapshots),
    );
    return {
      reached: (replica: Service) => settled(replica, 'snapshots on their way', write.reached),
      /** @returns the errors in what the broker answers */
      arrives: async (replica: Service): Promise<readonly number[]> => {
        const answer = kafka.proxy.holdFirst((frame) => isOf(name, 'response', frame));
        write.release();
        const frame = await settled(replica, 'an answer', answer.reached);
        answer.release();
        return errorCodes(frame);
      },
    };
  }

  /** Writes logins until the broker has compacted the snapshots as far as that. */
  async function compacted(
    topic: string,
    snapshots: string,
    logins: readonly NewRecord[],
    isEnough: (left: { sets: number; records: number; end: number }) => boolean,
  ): Promise<void> {
    const { cluster } = kafka;
    let written = 0;
    await waitFor(
      'compaction',
      async () => {
        // Only a segment that is not written to any more is compacted: a snapshot that comes late
        // enough begins another one.
        await cluster.produce(topic, logins.slice(written, written + MORE_AT_ONCE));
        written = (written + MORE_AT_ONCE) % logins.length;
        const { records } = await TopicReader.readAll(cluster, snapshots);
        const [end = 0] = await cluster.ends(snapshots);
        const sets = records.flatMap(({ key, value }) =>
          value === null ? [] : setOf(String(key)),
        );
        return isEnough({ sets: new Set(sets).size, records: records.length, end });
      },
      COMPACTED_WITHIN_MS,
    );
  }
});

function isOf(
  name: string | undefined,
  wanted: Frame['direction'],
  { direction, api, clientId }: Pick<Frame, 'direction' | 'api' | 'clientId'>,
): boolean {
  return direction === wanted && api === 'Produce' && clientId === name;
}

/** @returns what a promise gives, within the deadline of a condition */
async function settled<T>(replica: Service, what: string, promise: Promise<T>): Promise<T> {
  let result: { readonly value: T } | undefined;
  void promise.then((value) => {
    result = { value };
  });
  return (await replica.until(what, () => result)).value;
}

/** @returns the input partition and the id of the set that a record belongs to */
function setOf(key: string): string {
  return key.slice(0, key.lastIndexOf('/'));
}
