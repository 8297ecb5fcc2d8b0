import { describe, expect, it } from '@jest/globals';
import { SimulatedCluster } from '../testing/simulation/index.ts';
import { GROUP, INPUT, OUTPUT, startService, until } from '../transform/testing/service.ts';
import { ForeignGroupError } from './foreign-group.ts';

function clusterOf(): SimulatedCluster {
  const cluster = new SimulatedCluster({ seed: 1 });
  cluster.createTopic(INPUT, 2);
  cluster.createTopic(OUTPUT, 2);
  return cluster;
}

/** Another program's member joins the group. */
async function joinClassic(
  cluster: SimulatedCluster,
  protocolType: string,
  name: string,
): Promise<void> {
  const { wire } = cluster.process('other');
  const request = {
    groupId: GROUP,
    sessionTimeoutMs: 60_000,
    rebalanceTimeoutMs: 10_000,
    protocolType,
    protocols: [{ name, metadata: Buffer.alloc(0) }],
    reason: '',
  };
  let answered = '';
  const join = async (memberId: string): Promise<void> => {
    const { broker } = await wire.send('any', 'FindCoordinator', { kind: 'group', key: GROUP });
    const joined = await wire.send(broker, 'JoinGroup', { ...request, memberId });
    if (joined.error === 'MEMBER_ID_REQUIRED') {
      await join(joined.memberId);
      return;
    }
    const { generation, protocol } = joined;
    const identity = { groupId: GROUP, memberId, generation };
    const sync = { ...identity, protocolType, protocol, assignments: [] };
    answered = (await wire.send(broker, 'SyncGroup', sync)).error;
  };
  await cluster.run(1_000);
  void join('');
  await until(cluster, () => answered === 'NONE');
}

describe('A group of another client', () => {
  it.each([
    ['consumer', 'range', 'another assignor', 'consumers with another assignor, "range"'],
    ['connect', 'sessioned', 'another program', 'another program (type "connect")'],
  ])('of type %s is refused, with its members named', async (type, name, kind, text) => {
    const cluster = clusterOf();
    await joinClassic(cluster, type, name);
    const service = startService(cluster, 'a');
    await until(cluster, () => service.failures.length > 0);
    const [error] = service.failures;
    expect(error).toBeInstanceOf(ForeignGroupError);
    expect(error).toMatchObject({
      kind,
      groupId: GROUP,
      message: `The group "${GROUP}" belongs to another client: ${text}, client.id other`,
    });
  });

  it('with consumers of KIP-848 is refused, before anything is assigned', async () => {
    const cluster = clusterOf();
    cluster.groups.joinByConsumerProtocol(GROUP);
    const service = startService(cluster, 'a');
    await until(cluster, () => service.failures.length > 0);
    expect(service.failures).toEqual([expect.any(ForeignGroupError)]);
    expect(service.failures).toMatchObject([{ kind: 'consumer protocol (KIP-848)' }]);
    expect(service.engine.member.owned.size).toBe(0);
  });

  it('is noticed when a consumer of KIP-848 joins later', async () => {
    const cluster = clusterOf();
    const service = startService(cluster, 'a');
    await until(cluster, () => service.engine.member.owned.size === 2);
    cluster.groups.joinByConsumerProtocol(GROUP);
    await until(cluster, () => service.failures.length > 0);
    expect(service.failures).toMatchObject([{ kind: 'consumer protocol (KIP-848)' }]);
  });
});
