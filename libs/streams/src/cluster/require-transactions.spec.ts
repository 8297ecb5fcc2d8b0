import { describe, expect, it } from '@jest/globals';
import type { ErrorName } from '../protocol/errors.ts';
import { SimulatedCluster } from '../testing/simulation/index.ts';
import { CoordinatorMissingError, requireGroup } from './require-group.ts';
import { requireTransactions } from './require-transactions.ts';
import { ProtocolError } from './protocol-error.ts';

const WANTED = { groupId: 'group', topic: 'in', retryForMs: 10_000 };
const NO_BROKER = { id: -1, host: '', port: -1 };

/** A cluster whose brokers answer requests with errors: those of coordinators by kind, until a time. */
function clusterThatSays(
  errors: Readonly<Partial<Record<'group' | 'transaction' | 'InitProducerId', ErrorName>>>,
  untilMs = Infinity,
): SimulatedCluster {
  const cluster = new SimulatedCluster({ seed: 1 });
  for (const broker of cluster.brokers) {
    const { handlers } = broker;
    if (handlers === undefined) throw new Error('The broker has no handlers');
    const saying = (error: ErrorName | undefined): ErrorName | undefined =>
      cluster.now() < untilMs ? error : undefined;
    broker.handlers = {
      ...handlers,
      FindCoordinator: (to, request, answer, caller) => {
        const error = saying(errors[request.kind]);
        if (error === undefined) handlers.FindCoordinator(to, request, answer, caller);
        else answer({ error, broker: NO_BROKER });
      },
      InitProducerId: (to, request, answer, caller) => {
        const error = saying(errors.InitProducerId);
        if (error === undefined) handlers.InitProducerId(to, request, answer, caller);
        else answer({ error, producerId: -1n, epoch: -1 });
      },
    };
  }
  return cluster;
}

/** @returns what is thrown, if anything, and how long it took, in milliseconds */
async function outcomeOf(
  cluster: SimulatedCluster,
  require = requireTransactions,
): Promise<{ readonly error: unknown; readonly tookMs: number }> {
  const begun = cluster.now();
  let outcome: { error: unknown; tookMs: number } | undefined;
  const settle = (error?: unknown): void => {
    outcome = { error, tookMs: cluster.now() - begun };
  };
  require(cluster.process('a'), WANTED).then(() => {
    settle();
  }, settle);
  await cluster.run(60_000, () => outcome !== undefined);
  if (outcome === undefined) throw new Error('It does not end');
  return outcome;
}

describe('requireTransactions', () => {
  it('is content with brokers that coordinate both, at once', async () => {
    const cluster = clusterThatSays({});
    const { error, tookMs } = await outcomeOf(cluster);
    expect(error).toBeUndefined();
    expect(tookMs).toBeLessThan(1_000);
    expect(await outcomeOf(cluster)).toMatchObject({ error: undefined });
  });

  it.each([
    { group: 'COORDINATOR_NOT_AVAILABLE' },
    { transaction: 'COORDINATOR_NOT_AVAILABLE' },
    { InitProducerId: 'COORDINATOR_LOAD_IN_PROGRESS' },
    { InitProducerId: 'NOT_COORDINATOR' },
    { InitProducerId: 'CONCURRENT_TRANSACTIONS' },
  ] as const)('waits for brokers that are not ready: %j', async (errors) => {
    const { error, tookMs } = await outcomeOf(clusterThatSays(errors, 5_000));
    expect(error).toBeUndefined();
    expect(tookMs).toBeGreaterThan(5_000);
    expect(tookMs).toBeLessThan(6_000);
  });

  it.each([
    ['group', { group: 'COORDINATOR_NOT_AVAILABLE' }, 'offsets.topic.replication.factor'],
    [
      'transaction',
      { transaction: 'COORDINATOR_NOT_AVAILABLE' },
      'transaction.state.log.replication.factor',
    ],
    [
      'transaction',
      { InitProducerId: 'COORDINATOR_NOT_AVAILABLE' },
      'transaction.state.log.replication.factor',
    ],
  ] as const)('misses the coordinator of a %s in the end: %j', async (kind, errors, setting) => {
    const { error, tookMs } = await outcomeOf(clusterThatSays(errors));
    expect(error).toBeInstanceOf(CoordinatorMissingError);
    expect(error).toMatchObject({ kind, message: expect.stringContaining(setting) });
    expect(tookMs).toBeGreaterThan(WANTED.retryForMs);
    expect(tookMs).toBeLessThan(WANTED.retryForMs + 1_000);
  });

  it.each([
    { group: 'GROUP_AUTHORIZATION_FAILED' },
    { transaction: 'TRANSACTIONAL_ID_AUTHORIZATION_FAILED' },
    { InitProducerId: 'TRANSACTIONAL_ID_AUTHORIZATION_FAILED' },
    { InitProducerId: 'INVALID_TRANSACTION_TIMEOUT' },
  ] as const)('throws at once what is refused: %j', async (errors) => {
    const { error, tookMs } = await outcomeOf(clusterThatSays(errors));
    expect(error).toBeInstanceOf(ProtocolError);
    expect(error).toMatchObject({ code: Object.values(errors)[0] });
    expect(tookMs).toBeLessThan(1_000);
  });

  it('says that brokers still load when they still do', async () => {
    const cluster = clusterThatSays({ InitProducerId: 'COORDINATOR_LOAD_IN_PROGRESS' });
    const { error } = await outcomeOf(cluster);
    expect(error).toMatchObject({ code: 'COORDINATOR_LOAD_IN_PROGRESS' });
  });

  it('says that no broker answers when none does', async () => {
    const cluster = clusterThatSays({});
    for (const { id } of cluster.brokers) cluster.killBroker(id);
    const { error, tookMs } = await outcomeOf(cluster);
    expect(error).toMatchObject({ name: 'UnreachableError' });
    expect(tookMs).toBeGreaterThan(WANTED.retryForMs);
  });
});

describe('requireGroup', () => {
  it('needs no coordinator of transactions', async () => {
    const cluster = clusterThatSays({ transaction: 'COORDINATOR_NOT_AVAILABLE' });
    expect((await outcomeOf(cluster, requireGroup)).error).toBeUndefined();
  });

  it.each([
    ['COORDINATOR_NOT_AVAILABLE', { kind: 'group', setting: 'offsets.topic.replication.factor' }],
    ['GROUP_AUTHORIZATION_FAILED', { code: 'GROUP_AUTHORIZATION_FAILED' }],
  ] as const)('needs that of the group: %s', async (group, expected) => {
    const { error } = await outcomeOf(clusterThatSays({ group }), requireGroup);
    expect(error).toMatchObject(expected);
  });
});
