import { describe, expect, it } from '@jest/globals';
import { SimulatedCluster } from '../testing/simulation/index.ts';
import { append, INPUT, OUTPUT, outputs, startService } from './testing/service.ts';

function clusterOf(options: { seed?: number; brokers?: number; maxTransactionTimeoutMs?: number }) {
  const { seed = 1, brokers = 3, ...settings } = options;
  const cluster = new SimulatedCluster({ seed, brokers, settings });
  cluster.createTopic(INPUT, 2);
  cluster.createTopic(OUTPUT, 2);
  return cluster;
}

/** Writes a record to a partition every now and then. @returns how many will be written */
function write(
  cluster: SimulatedCluster,
  partition: number,
  { from, until, everyMs }: { from: number; until: number; everyMs: number },
): number {
  let count = 0;
  for (let time = from; time < until; time += everyMs) {
    cluster.at(time, () => {
      append(cluster, partition, String(time));
    });
    count += 1;
  }
  return count;
}

describe('The engine', () => {
  it('asks again only after a pause when a broker refuses to be read', async () => {
    const cluster = clusterOf({ brokers: 1 });
    const [broker] = cluster.brokers;
    if (broker?.handlers === undefined) throw new Error('The broker has no handlers');
    startService(cluster, 'a');
    await cluster.run(2_000);
    let fetches = 0;
    broker.handlers = {
      ...broker.handlers,
      Fetch: (_to, _request, answer) => {
        fetches += 1;
        answer({ error: 'UNKNOWN_SERVER_ERROR', throttleMs: 0, partitions: [] });
      },
    };
    await cluster.run(12_000);
    expect(fetches).toBeGreaterThan(10);
    expect(fetches).toBeLessThan(200);
  });

  it('looks at a position again only after a pause when leaders do not agree on it', async () => {
    const cluster = clusterOf({ brokers: 1 });
    const [broker] = cluster.brokers;
    if (broker?.handlers === undefined) throw new Error('The broker has no handlers');
    const service = startService(cluster, 'a');
    await cluster.run(2_000);
    let fetches = 0;
    broker.handlers = {
      ...broker.handlers,
      Fetch: (_to, { partitions }, answer) => {
        fetches += 1;
        const nothing = { aborted: [], records: { batches: [] }, logStartOffset: 0n };
        const bounds = { highWatermark: 0n, lastStableOffset: 0n };
        const error = 'OFFSET_OUT_OF_RANGE';
        answer({
          error: 'NONE',
          throttleMs: 0,
          partitions: partitions.map((asked) => ({ ...asked, ...nothing, ...bounds, error })),
        });
      },
    };
    await cluster.run(12_000);
    expect(fetches).toBeGreaterThan(10);
    expect(fetches).toBeLessThan(200);
    expect(service.failures).toEqual([]);
  });

  it.each([6, 10, 19])('keeps its partitions while others join %i ms apart', async (apart) => {
    const cluster = clusterOf({ seed: apart });
    const services = [startService(cluster, 'a'), startService(cluster, 'b')];
    for (const partition of [0, 1]) {
      write(cluster, partition, { from: 1_000, until: 12_000, everyMs: 200 });
    }
    for (const place of [0, 1, 2]) {
      cluster.at(5_000 + place * apart, () => {
        services.push(startService(cluster, `late${place}`));
      });
    }
    await cluster.run(15_000);
    const lost = services.flatMap(({ events }) => events.filter(({ kind }) => kind === 'lost'));
    expect(lost).toEqual([]);
  });

  it('fails when it may not look at a topic, with what the broker says', async () => {
    const cluster = clusterOf({});
    for (const broker of cluster.brokers) {
      const { handlers } = broker;
      if (handlers === undefined) throw new Error('The broker has no handlers');
      broker.handlers = {
        ...handlers,
        Metadata: (to, request, answer, caller) => {
          const refuse: typeof answer = ({ brokers, topics }) => {
            const error = 'TOPIC_AUTHORIZATION_FAILED';
            answer({ brokers, topics: topics.map((topic) => ({ ...topic, error })) });
          };
          handlers.Metadata(to, request, refuse, caller);
        },
      };
    }
    const service = startService(cluster, 'a');
    await cluster.run(1_000);
    expect(service.failures.map(String)).toEqual([
      `ProtocolError: Metadata of topic "${INPUT}": TOPIC_AUTHORIZATION_FAILED`,
    ]);
  });

  it('works at full pace on all other partitions while one has no leader', async () => {
    const cluster = clusterOf({});
    const service = startService(cluster, 'a');
    write(cluster, 0, { from: 1_000, until: 1_500, everyMs: 100 });
    const written = write(cluster, 1, { from: 1_000, until: 12_000, everyMs: 50 });
    cluster.at(2_000, () => {
      cluster.holdLeaderless(OUTPUT, 0, true);
    });
    write(cluster, 0, { from: 2_100, until: 2_200, everyMs: 100 });
    await cluster.run(12_500);
    expect(outputs(cluster, 1)).toHaveLength(written);
    const committed = service.events.filter(
      (event) => event.kind === 'transaction' && event.outcome === 'committed',
    );
    expect(committed.length).toBeGreaterThan(150);
    cluster.holdLeaderless(OUTPUT, 0, false);
    await cluster.run(20_000);
    expect(outputs(cluster, 0)).toHaveLength(6);
  });

  it('recovers where brokers allow only short transactions', async () => {
    const cluster = clusterOf({ maxTransactionTimeoutMs: 60_000 });
    const service = startService(cluster, 'a');
    const written = write(cluster, 0, { from: 1_000, until: 3_000, everyMs: 100 });
    let ends = 0;
    cluster.network.fault = (_process, _broker, api) => {
      if (api !== 'EndTxn') return undefined;
      ends += 1;
      return ends === 5 ? 'lose-answer' : undefined;
    };
    await cluster.run(20_000);
    expect(service.failures).toEqual([]);
    expect(outputs(cluster, 0)).toHaveLength(written);
  });
});
