import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import type { Verdict } from './chaos/fault-proxy.ts';
import { largeLogin, makeLoad } from './load.ts';
import { startProxiedCluster } from './proxied-cluster.ts';
import type { ProxiedCluster } from './proxied-cluster.ts';
import { killServices, Service } from './service.ts';
import { TopicReader } from './topic-reader.ts';

const PARTITIONS = 4;
const BACKLOG_BYTES = 100_000_000;
const LOGIN_BYTES = 10_000;
/** How long each request that writes records takes. */
const SLOW_MS = 100;
/** What a transformer may take, whatever waits: the promise of docs/soak.md. */
const MOST_MEMORY_BYTES = 350_000_000;
/** Ten times what it takes where nothing else runs. */
const DONE_MS = 120_000;
const SAMPLE_PAUSE_MS = 100;

/** So many are not nearly all, and would be over a thousand if each attempt counted them again. */
const BAD_RECORDS = 200;
const FAILURES = 6;

/** The default `max.message.bytes` leaves some room beside it, but not enough for a dead letter's headers. */
const LARGEST_VALUE_BYTES = 1_048_300;

describe('whatever comes in', () => {
  let brokers: ProxiedCluster;

  beforeAll(async () => {
    brokers = await startProxiedCluster();
  });
  afterEach(killServices);
  afterAll(() => brokers.stop());

  it(
    'memory stays bounded while a large backlog waits for a slow output',
    async () => {
      const { cluster, proxy } = brokers;
      const lane = await cluster.lane({ partitions: PARTITIONS });
      const logins = Array.from({ length: BACKLOG_BYTES / LOGIN_BYTES }, (_, index) =>
        largeLogin(LOGIN_BYTES, index % PARTITIONS),
      );
      await cluster.produce(lane.input, logins);
      proxy.inject(async ({ direction, api }): Promise<Verdict> => {
        if (direction === 'request' && api === 'Produce') await sleep(SLOW_MS);
        return 'pass';
      });

      const settings = { ...lane.settings, KAFKA_BROKERS: proxy.addresses };
      const service = await Service.start('transformer', settings);
      let most = 0;
      await service.until(
        'all of its work',
        async () => {
          most = Math.max(most, await residentBytes(service));
          await sleep(SAMPLE_PAUSE_MS);
          return cluster.isDone(lane);
        },
        DONE_MS,
      );
      expect(most).toBeGreaterThan(0);
      expect(most).toBeLessThan(MOST_MEMORY_BYTES);
      expect(await service.stop()).toBe(0);
    },
    2 * DONE_MS,
  );

  it('a few bad records do not blow the fuse, however often their transaction fails', async () => {
    const { cluster, proxy } = brokers;
    const lane = await cluster.lane({ partitions: 1 });
    const bad = Array.from({ length: BAD_RECORDS }, () => ({
      ...largeLogin(500),
      value: Buffer.from('no login'),
    }));
    await cluster.produce(lane.input, bad);
    let failures = 0;
    proxy.inject(({ direction, api }): Verdict => {
      if (direction !== 'request' || api !== 'Produce' || failures === FAILURES) return 'pass';
      failures += 1;
      return 'reset';
    });
    const settings = { ...lane.settings, KAFKA_BROKERS: proxy.addresses };
    const service = await Service.start('transformer', settings);
    await service.until('all of its work', () => cluster.isDone(lane), 60_000);
    expect(failures).toBe(FAILURES);
    const { records } = await TopicReader.readAll(cluster, lane.deadLetter);
    expect(records).toHaveLength(BAD_RECORDS);
    expect(await service.stop()).toBe(0);
  });

  it('records of 900 kB pass both services', async () => {
    const { cluster } = brokers;
    const lane = await cluster.lane({ partitions: 1 });
    const snapshots = `${lane.output}-insights`;
    await cluster.createTopic(snapshots, 1, { 'cleanup.policy': 'compact' });
    await cluster.produce(lane.input, [largeLogin(900_000), largeLogin(500), largeLogin(900_000)]);
    const transformer = await Service.start('transformer', lane.settings);
    const aggregator = await Service.start('aggregator', {
      INPUT_TOPIC: lane.output,
      SNAPSHOT_TOPIC: snapshots,
      GROUP_ID: `${lane.group}-insights`,
    });
    const total = await aggregator.until('three logins', async () => {
      const response = await aggregator.get('/insights').catch(() => undefined);
      const insights = (await response?.json()) as { readonly total?: number } | undefined;
      return insights?.total === 3 && insights.total;
    });
    expect(total).toBe(3);
    expect(await Promise.all([transformer.stop(), aggregator.stop()])).toEqual([0, 0]);
  });

  it('a record that not even the dead-letter topic takes does not stop its partition', async () => {
    const { cluster } = brokers;
    const lane = await cluster.lane({ partitions: 1 });
    const deadLetter = `${lane.deadLetter}-small`;
    await cluster.createTopic(deadLetter, 1);
    const garbage = randomBytes(LARGEST_VALUE_BYTES);
    const [, before, behind] = makeLoad(3, 1);
    if (before === undefined || behind === undefined) throw new RangeError('no load');
    await cluster.produce(lane.input, [before, { ...before, value: garbage }, behind]);
    const settings = { ...lane.settings, DEAD_LETTER_TOPIC: deadLetter };
    const service = await Service.start('transformer', settings);
    await service.until('all of its work', () => cluster.isDone(lane));
    expect(await service.stop()).toBe(0);

    const { records } = await TopicReader.readAll(cluster, deadLetter);
    expect(records).toHaveLength(1);
    const [set] = records;
    expect(set).toMatchObject({ key: before.key, value: null });
    const header = (name: string) => String(set?.headers?.[`x-dead-letter-${name}`]);
    expect(header('reason')).toBe('invalid_utf8');
    expect(header('omitted-bytes')).toBe(String(LARGEST_VALUE_BYTES));
    expect([header('topic'), header('partition'), header('offset')]).toEqual([
      lane.input,
      '0',
      '1',
    ]);
    expect(service.output).toContain('raise max.message.bytes');
  });
});

/** @returns 0 while the service does not answer yet */
async function residentBytes(service: Service): Promise<number> {
  const text = await (await service.get('/metrics').catch(() => undefined))?.text();
  return Number(/^process_resident_memory_bytes (\S+)$/m.exec(text ?? '')?.[1] ?? 0);
}
