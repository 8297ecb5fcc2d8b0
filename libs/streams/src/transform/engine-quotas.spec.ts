import { describe, expect, it } from '@jest/globals';
import { Cluster } from '../cluster/cluster.ts';
import { brokerAddress } from '../testing/simulation/broker/controller.ts';
import { SimulatedCluster } from '../testing/simulation/index.ts';
import { append, INPUT, OUTPUT, outputs, startService } from './testing/service.ts';
import type { Service } from './testing/service.ts';

/** Longer than a transaction, or a request, may take. */
const THROTTLE_MS = 12_000;

/**
 * A cluster of one broker with a quota: it answers at once, and looks at the next request over the
 * connection only after a while (KIP-219). What is fetched is thrown away each other time, as a
 * broker does that throttles.
 */
function throttlingCluster({ inputs = 2, outputs: count = 2 } = {}) {
  const cluster = new SimulatedCluster({ seed: 1, brokers: 1 });
  cluster.createTopic(INPUT, inputs);
  cluster.createTopic(OUTPUT, count);
  const [broker] = cluster.brokers;
  const { handlers } = broker ?? {};
  if (broker === undefined || handlers === undefined) throw new Error('There are no handlers');
  /** When requests came, by kind. */
  const arrived = { Fetch: [] as number[], Produce: [] as number[] };
  const throttled = { Fetch: false, Produce: false };
  const mutedUntil = { Fetch: 0, Produce: 0 };
  /** @param take gets for how long the broker throttles after that */
  const afterMute = (api: 'Fetch' | 'Produce', take: (throttleMs: number) => void): void => {
    const count = arrived[api].push(cluster.now());
    const isThrottled = throttled[api] && (api === 'Produce' || count % 2 === 1);
    const throttleMs = isThrottled ? THROTTLE_MS : 0;
    const from = Math.max(mutedUntil[api], cluster.now());
    mutedUntil[api] = from + throttleMs;
    if (from === cluster.now()) take(throttleMs);
    else {
      cluster.at(from, () => {
        take(throttleMs);
      });
    }
  };
  broker.handlers = {
    ...handlers,
    Produce: (to, request, answer, caller) => {
      afterMute('Produce', (throttleMs) => {
        const answerThrottled: typeof answer = (response) => {
          answer({ ...response, throttleMs });
        };
        handlers.Produce(to, request, answerThrottled, caller);
      });
    },
    Fetch: (to, request, answer, caller) => {
      afterMute('Fetch', (throttleMs) => {
        if (throttleMs > 0) answer({ error: 'NONE', throttleMs, partitions: [] });
        else handlers.Fetch(to, request, answer, caller);
      });
    },
  };
  return { cluster, arrived, throttled };
}

/** Writes a record to a partition twice a second. @returns how many will be written */
function write(cluster: SimulatedCluster, from: number, until: number): number {
  for (let time = from; time < until; time += 500) {
    cluster.at(time, () => {
      append(cluster, 0, String(time));
    });
  }
  return (until - from) / 500;
}

function throttles({ events }: Service): unknown[] {
  return events.filter(({ kind }) => kind === 'throttled');
}

describe('A quota', () => {
  it('of writes has the next transaction begin only when the broker takes it', async () => {
    const { cluster, arrived, throttled } = throttlingCluster();
    throttled.Produce = true;
    const service = startService(cluster, 'a');
    const written = write(cluster, 1_000, 30_000);
    await cluster.run(120_000);
    expect(outputs(cluster, 0)).toHaveLength(written);
    expect(arrived.Produce.length).toBeGreaterThan(3);
    for (const [index, time] of arrived.Produce.slice(1).entries()) {
      expect(time - (arrived.Produce[index] ?? 0)).toBeGreaterThanOrEqual(THROTTLE_MS);
    }
    const told = { kind: 'throttled', broker: 1, channel: 'write', ms: THROTTLE_MS };
    expect(throttles(service)).toMatchObject(arrived.Produce.map(() => told));
    const aborted = service.events.filter(
      (event) => event.kind === 'transaction' && event.outcome === 'aborted',
    );
    expect(aborted).toEqual([]);
  });

  it('of writes has a transaction write once to each partition: a second request would outlast it', async () => {
    const { cluster, arrived, throttled } = throttlingCluster({ inputs: 4, outputs: 1 });
    throttled.Produce = true;
    const service = startService(cluster, 'a');
    for (const partition of [0, 1, 2, 3]) {
      cluster.at(1_000, () => {
        append(cluster, partition, String(partition));
      });
    }
    await cluster.run(120_000);
    expect(outputs(cluster, 0).toSorted()).toEqual(['0', '1', '2', '3']);
    expect(arrived.Produce.length).toBeLessThan(10);
    expect(service.failures).toEqual([]);
  });

  it('of reads has the next fetch sent only when the broker takes it', async () => {
    const { cluster, arrived, throttled } = throttlingCluster();
    throttled.Fetch = true;
    const requests: string[] = [];
    const service = startService(cluster, 'a');
    const written = write(cluster, 1_000, 30_000);
    cluster.network.onTrace = (line) => requests.push(line);
    await cluster.run(120_000);
    expect(outputs(cluster, 0)).toHaveLength(written);
    const empty = arrived.Fetch.filter((_, index) => index % 2 === 0);
    expect(empty.length).toBeGreaterThan(2);
    for (const [index, time] of empty.entries()) {
      const next = arrived.Fetch[2 * index + 1] ?? Infinity;
      expect(next - time).toBeGreaterThanOrEqual(THROTTLE_MS);
    }
    const told = { kind: 'throttled', broker: 1, channel: 'fetch', ms: THROTTLE_MS };
    expect(throttles(service)).toMatchObject(empty.map(() => told));
    // An answer without partitions is no sign of another leader: the metadata are looked at as often as ever.
    const looks = requests.filter((line) => line.includes('> 1 Metadata'));
    expect(looks.length).toBeLessThan(30);
    expect(service.failures).toEqual([]);
  });

  it('gives a request that is sent meanwhile more time', async () => {
    const { cluster, throttled } = throttlingCluster();
    throttled.Fetch = true;
    const broker = brokerAddress(1);
    const heard: unknown[] = [];
    const known = new Cluster(cluster.process('a'), [INPUT], ({ ms }) => heard.push(ms));
    const request = {
      isolation: 'read_committed',
      maxWaitMs: 0,
      minBytes: 1,
      maxBytes: 1,
    } as const;
    const fetch = (): Promise<unknown> =>
      known.send(broker, 'Fetch', { ...request, partitions: [] }, { channel: 'fetch' }).then(
        ({ error }) => heard.push(error),
        (error: unknown) => heard.push(error),
      );
    void fetch();
    await cluster.run(1_000);
    expect(known.throttledMs(broker, 'fetch')).toBeGreaterThan(THROTTLE_MS - 1_000);
    expect(known.throttledMs(broker, 'write')).toBe(0);
    void fetch();
    await cluster.run(20_000);
    expect(heard).toEqual([THROTTLE_MS, 'NONE', 'NONE']);
    expect(known.throttledMs(broker, 'fetch')).toBe(0);
  });
});
