import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { requireTransactions } from '@login-pipeline/streams';
import { RealCluster } from './testing/real-cluster.ts';

describe('requireTransactions on brokers', () => {
  let cluster: RealCluster;

  beforeAll(async () => {
    cluster = await RealCluster.open();
  });
  afterAll(() => cluster.close());

  it('is content, also with what another start has used, and leaves no transaction open', async () => {
    const wanted = { groupId: `start-${randomUUID()}`, topic: 'in', retryForMs: 30_000 };
    await Promise.all([1, 2].map(() => requireTransactions(cluster.ports, wanted)));
    await requireTransactions(cluster.ports, wanted);
    const { wire } = cluster.ports;
    const id = `${wanted.groupId}/in/start/0`;
    const { broker } = await wire.send('any', 'FindCoordinator', { kind: 'transaction', key: id });
    const { transactions } = await wire.send(broker, 'DescribeTransactions', {
      transactionalIds: [id],
    });
    expect(transactions).toMatchObject([{ transactionalId: id, state: 'Empty' }]);
  });
});
