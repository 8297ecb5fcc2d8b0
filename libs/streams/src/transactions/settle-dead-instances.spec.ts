import { beforeEach, describe, expect, it } from '@jest/globals';
import { Cluster } from '../cluster/cluster.ts';
import { encodeSubscription } from '../group/consumer-protocol.ts';
import { PROTOCOL } from '../group/cooperative-protocol.ts';
import { SimulatedCluster } from '../testing/simulation/simulated-cluster.ts';
import type { SimulatedProcess } from '../testing/simulation/simulated-process.ts';
import { settleDeadInstances } from './settle-dead-instances.ts';
import type { SettleOptions } from './settle-dead-instances.ts';

const GROUP = 'g';
const DEAD = `${GROUP}/in/dead/0`;

describe('settleDeadInstances', () => {
  let simulated: SimulatedCluster;
  let process: SimulatedProcess;
  let cluster: Cluster;

  beforeEach(async () => {
    simulated = new SimulatedCluster({ seed: 1, brokers: 1 });
    simulated.createTopic('in', 1);
    simulated.createTopic('out', 1);
    process = simulated.process('p');
    cluster = new Cluster(process, ['in', 'out']);
    await outcome(
      (async () => {
        await cluster.refresh();
        await join('one');
        await commitAsDead();
      })(),
    );
  });

  it('leaves it to one instance at a time', async () => {
    expect(await outcome(settleDeadInstances(optionsOf('another'), 0))).toBe(0);
    expect(await outcome(settleDeadInstances(optionsOf('one'), 0))).toBe(1);
    expect(state()).toBe('CompleteCommit');
  });

  it('ends what was committed as a commit, however often it is interrupted', async () => {
    const options = optionsOf('one');
    for (const api of ['InitProducerId', 'AddOffsetsToTxn', 'AddPartitionsToTxn', 'EndTxn']) {
      simulated.network.fault = (_process, _broker, sent) =>
        sent === api ? 'lose-answer' : undefined;
      await expect(outcome(settleDeadInstances(options, 0))).rejects.toThrow(api);
      simulated.network.fault = undefined;
      await simulated.run(simulated.now() + 50);
    }
    expect(await outcome(settleDeadInstances(options, 0))).toBe(1);
    expect(options.unfinished.size).toBe(0);
    expect(state()).toBe('CompleteCommit');
    await simulated.run(simulated.now() + 60_000);
    expect(state()).toBe('CompleteCommit');
  });

  function optionsOf(instance: string): SettleOptions {
    const names = { groupId: GROUP, topic: 'in', targets: ['out'] };
    return { cluster, ...names, instance, timeoutMs: 5_000, unfinished: new Map() };
  }

  function state(): string {
    return simulated.transactions.describe(1, DEAD).state;
  }

  /** Lets virtual time pass until something has settled, and its markers are written. */
  async function outcome<Value>(promise: Promise<Value>): Promise<Value> {
    let isSettled = false;
    const settled = promise.finally(() => {
      isSettled = true;
    });
    settled.catch(() => undefined);
    await simulated.run(simulated.now() + 60_000, () => isSettled);
    await simulated.run(simulated.now() + 200);
    return settled;
  }

  /** A group of one member, by an instance's name. */
  async function join(instance: string): Promise<void> {
    const metadata = encodeSubscription({
      topics: ['in'],
      userData: `${instance} 1`,
      owned: [],
      generation: -1,
    });
    const request = {
      groupId: GROUP,
      sessionTimeoutMs: 600_000,
      rebalanceTimeoutMs: 10_000,
      protocolType: 'consumer',
      protocols: [{ name: PROTOCOL, metadata }],
      reason: '',
    };
    const { memberId } = await process.wire.send('any', 'JoinGroup', { ...request, memberId: '' });
    const joined = await process.wire.send('any', 'JoinGroup', { ...request, memberId });
    await process.wire.send('any', 'SyncGroup', {
      groupId: GROUP,
      memberId,
      generation: joined.generation,
      protocolType: 'consumer',
      protocol: joined.protocol,
      assignments: [{ memberId, assignment: Buffer.alloc(0) }],
    });
  }

  /** Leaves a transaction that is complete, as far as its coordinator knows. */
  async function commitAsDead(): Promise<void> {
    const { wire } = process;
    const { producerId, epoch } = await wire.send('any', 'InitProducerId', {
      transactionalId: DEAD,
      timeoutMs: 5_000,
    });
    const identity = { transactionalId: DEAD, producerId, epoch };
    await wire.send('any', 'AddOffsetsToTxn', { ...identity, groupId: GROUP });
    await wire.send('any', 'EndTxn', { ...identity, commit: true, bumpsEpoch: false });
  }
});
