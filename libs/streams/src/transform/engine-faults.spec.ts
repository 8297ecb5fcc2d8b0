import { describe, expect, it } from '@jest/globals';
import type { Handlers } from '../testing/simulation/broker/handlers.ts';
import { SimulatedCluster } from '../testing/simulation/index.ts';
import { transactionalId } from '../transactions/transactional-id.ts';
import { append, GROUP, INPUT, OUTPUT, outputs, startService, until } from './testing/service.ts';

function clusterOf(options: { seed?: number; brokers?: number; maxTransactionTimeoutMs?: number }) {
  const { seed = 1, brokers = 3, ...settings } = options;
  const cluster = new SimulatedCluster({ seed, brokers, settings });
  cluster.createTopic(INPUT, 2);
  cluster.createTopic(OUTPUT, 2);
  return cluster;
}

const REFUSED = 'TOPIC_AUTHORIZATION_FAILED';

/** Has all brokers answer some requests in another way. */
function answering(
  cluster: SimulatedCluster,
  change: (handlers: Handlers) => Partial<Handlers>,
): void {
  for (const broker of cluster.brokers) {
    const { handlers } = broker;
    if (handlers === undefined) throw new Error('The broker has no handlers');
    broker.handlers = { ...handlers, ...change(handlers) };
  }
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
    startService(cluster, 'a');
    await cluster.run(2_000);
    let fetches = 0;
    answering(cluster, () => ({
      Fetch: (_to, _request, answer) => {
        fetches += 1;
        answer({ error: 'UNKNOWN_SERVER_ERROR', throttleMs: 0, partitions: [] });
      },
    }));
    await cluster.run(12_000);
    expect(fetches).toBeGreaterThan(10);
    expect(fetches).toBeLessThan(200);
  });

  it('looks at a position again only after a pause when leaders do not agree on it', async () => {
    const cluster = clusterOf({ brokers: 1 });
    const service = startService(cluster, 'a');
    await cluster.run(2_000);
    let fetches = 0;
    answering(cluster, () => ({
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
    }));
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
    answering(cluster, ({ Metadata }) => ({
      Metadata: (to, request, answer, caller) => {
        const refuse: typeof answer = ({ brokers, topics }) => {
          answer({ brokers, topics: topics.map((topic) => ({ ...topic, error: REFUSED })) });
        };
        Metadata(to, request, refuse, caller);
      },
    }));
    const service = startService(cluster, 'a');
    await cluster.run(1_000);
    expect(service.failures.map(String)).toEqual([
      `ProtocolError: Metadata of topic "${INPUT}": ${REFUSED}`,
    ]);
  });

  it('leaves no transaction open when it may not write to a topic', async () => {
    const cluster = clusterOf({});
    answering(cluster, ({ Produce }) => ({
      Produce: (to, request, answer, caller) => {
        const refuse: typeof answer = ({ throttleMs, partitions }) => {
          answer({
            throttleMs,
            partitions: partitions.map((one) => ({ ...one, error: REFUSED })),
          });
        };
        Produce(to, request, refuse, caller);
      },
    }));
    const service = startService(cluster, 'a');
    append(cluster, 0, 'one');
    await until(cluster, () => service.failures.length > 0);
    expect(String(service.failures[0])).toContain(REFUSED);
    const { log } = cluster.partition(OUTPUT, 0);
    await until(cluster, () => log.lastStableOffset === log.end, 500);
    expect(outputs(cluster, 0)).toEqual([]);
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

  it('ends what a dead instance committed into a partition that had no leader (KAFKA-20734)', async () => {
    const cluster = clusterOf({});
    const doomed = startService(cluster, 'a');
    append(cluster, 0, 'first');
    await until(cluster, () => outputs(cluster, 0).includes('first'));
    let isConfirmed = false;
    cluster.network.fault = (process, _broker, api) => {
      if (process !== doomed.process || api !== 'EndTxn') return undefined;
      cluster.holdLeaderless(OUTPUT, 0, true);
      cluster.network.fault = undefined;
      cluster.at(cluster.now() + 500, () => {
        // The coordinators take the partition for a deleted one, and forget what they had to send.
        for (const { id } of cluster.brokers) cluster.transactions.loseMarkers(id);
        for (const turn of [0, 1]) {
          const name = { groupId: GROUP, topic: INPUT, instance: 'a' };
          cluster.controller.moveLeader(
            cluster.transactions.partitionOf(transactionalId(name, turn)),
          );
        }
        doomed.process.kill();
        isConfirmed = true;
      });
      return undefined;
    };
    append(cluster, 0, 'second');
    await until(cluster, () => isConfirmed);
    const heir = startService(cluster, 'b');
    await until(cluster, () => heir.engine.member.owned.size === 2);
    // Long after the heir has looked for what the dead has left.
    await cluster.run(cluster.now() + 40_000);
    expect(outputs(cluster, 0)).toEqual(['first']);
    cluster.holdLeaderless(OUTPUT, 0, false);
    await until(cluster, () => outputs(cluster, 0).includes('second'));
    append(cluster, 0, 'third');
    await until(cluster, () => outputs(cluster, 0).includes('third'));
    expect(outputs(cluster, 0)).toEqual(['first', 'second', 'third']);
  });
});
