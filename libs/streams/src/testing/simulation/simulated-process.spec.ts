import { beforeEach, describe, expect, it, jest } from '@jest/globals';
import { brokerAddress } from './broker/controller.ts';
import { SimulatedCluster } from './simulated-cluster.ts';
import type { SimulatedProcess } from './simulated-process.ts';

describe('SimulatedProcess', () => {
  let cluster: SimulatedCluster;
  let process: SimulatedProcess;
  let events: string[];

  beforeEach(() => {
    cluster = new SimulatedCluster({ seed: 1, brokers: 2 });
    process = cluster.process('p');
    events = [];
  });

  const note = (name: string, promise: Promise<unknown>): void => {
    promise.then(
      () => events.push(`${name} done`),
      (error: unknown) => events.push(`${name} ${(error as Error).name}`),
    );
  };
  const init = (transactionalId: string, timeoutMs?: number): Promise<unknown> => {
    const { leader } = cluster.transactions.partitionOf(transactionalId);
    const request = { transactionalId, timeoutMs: 1_000 };
    const options = timeoutMs === undefined ? {} : { timeoutMs };
    return process.wire.send(brokerAddress(leader), 'InitProducerId', request, options);
  };
  const isInitialized = (transactionalId: string): boolean => {
    const broker = cluster.transactions.partitionOf(transactionalId).leader;
    return cluster.transactions.describe(broker, transactionalId).error === 'NONE';
  };

  it('settles nothing after its death, and what it has sent arrives', async () => {
    note('init', init('a'));
    note('sleep', process.clock.sleep(1));
    process.kill();
    note('later', init('b'));
    await cluster.run(60_000);
    expect(events).toEqual([]);
    expect([process.isAlive, isInitialized('a'), isInitialized('b')]).toEqual([false, true, false]);
  });

  it('has what comes while it is frozen wait, and come in order', async () => {
    note('first', process.clock.sleep(10));
    note('init', init('a'));
    note('last', process.clock.sleep(200));
    process.freeze();
    await cluster.run(150);
    expect([events, isInitialized('a')]).toEqual([[], true]);
    process.thaw();
    await cluster.run(150);
    expect([...events].sort()).toEqual(['first done', 'init done']);
    await cluster.run(300);
    expect(events.at(-1)).toBe('last done');
  });

  it('ends a sleep that is aborted with its reason', async () => {
    const controller = new AbortController();
    note('sleep', process.clock.sleep(1_000, controller.signal));
    cluster.at(5, () => {
      controller.abort(new RangeError('enough'));
    });
    await cluster.run(10);
    expect(events).toEqual(['sleep RangeError']);
    await expect(process.clock.sleep(1, controller.signal)).rejects.toThrow('enough');
  });

  it('loses answers of requests that were heard, and requests that were not', async () => {
    cluster.network.fault = () => 'lose-answer';
    note('answer', init('a', 500));
    await cluster.run(1_000);
    cluster.network.fault = () => 'lose-request';
    note('request', init('b', 500));
    await cluster.run(2_000);
    expect(events).toEqual(['answer UnansweredError', 'request UnansweredError']);
    expect([isInitialized('a'), isInitialized('b')]).toEqual([true, false]);
  });

  it('gives up before a late request arrives', async () => {
    cluster.network.fault = () => ({ delay: 3_000 });
    note('late', init('a', 500));
    await cluster.run(1_000);
    expect([events, isInitialized('a')]).toEqual([['late UnansweredError'], false]);
    await cluster.run(5_000);
    expect(isInitialized('a')).toBe(true);
  });

  it('does not reach brokers that are down, nor those that it is cut off from', async () => {
    cluster.killBroker(1);
    const metadata = { topics: [] };
    note('down', process.wire.send(brokerAddress(1), 'Metadata', metadata));
    note('any', process.wire.send('any', 'Metadata', metadata));
    await cluster.run(100);
    expect([...events].sort()).toEqual(['any done', 'down UnreachableError']);
    cluster.network.partition(process);
    note('cut', process.wire.send('any', 'Metadata', metadata));
    await cluster.run(2_000);
    expect(events.at(-1)).toBe('cut UnreachableError');
    cluster.network.heal(process);
    note('healed', process.wire.send('any', 'Metadata', metadata));
    await cluster.run(3_000);
    expect(events.at(-1)).toBe('healed done');
  });

  it('gets an error when a broker dies on it, or the wire is closed', async () => {
    const join = {
      groupId: 'g',
      memberId: '',
      sessionTimeoutMs: 6_000,
      rebalanceTimeoutMs: 6_000,
      protocolType: 'consumer',
      protocols: [],
      reason: '',
    };
    cluster.network.fault = () => ({ delay: 1_000 });
    // A late request may mean a broken connection, which its client finds out by itself.
    jest.spyOn(cluster.network, 'isFoundBroken').mockReturnValue(false);
    note('killed', process.wire.send(brokerAddress(1), 'JoinGroup', join));
    note('closed', process.wire.send(brokerAddress(2), 'JoinGroup', join));
    await cluster.run(10);
    cluster.killBroker(1);
    await cluster.run(100);
    expect(events).toEqual(['killed UnansweredError']);
    await process.wire.close();
    await cluster.run(200);
    expect(events).toEqual(['killed UnansweredError', 'closed UnansweredError']);
  });

  it('has answers of a channel in order, and a channel that waits holds no other', async () => {
    cluster.createTopic('t', 1);
    await cluster.run(100);
    const { leader, topicId } = cluster.partition('t', 0);
    const to = brokerAddress(leader);
    const wanted = { topicId, partition: 0, leaderEpoch: 0, offset: 0n, maxBytes: 1_000 };
    const fetch = {
      isolation: 'read_committed',
      maxWaitMs: 500,
      minBytes: 1,
      maxBytes: 1_000,
      partitions: [wanted],
    } as const;
    note('fetch', process.wire.send(to, 'Fetch', fetch, { channel: 'fetch' }));
    const behind = { channel: 'fetch' } as const;
    note('behind', process.wire.send(to, 'Metadata', { topics: [] }, behind));
    note('beside', process.wire.send(to, 'Metadata', { topics: [] }));
    await cluster.run(300);
    expect(events).toEqual(['beside done']);
    cluster.append('t', 0, [{ key: null, value: null, timestamp: 1 }]);
    await cluster.run(400);
    expect(events).toEqual(['beside done', 'fetch done', 'behind done']);
  });
});
