import { beforeEach, describe, expect, it } from '@jest/globals';
import { SimulatedCluster, SimulatedOutgoing } from '../testing/simulation/index.ts';
import { append, GROUP, INPUT, OUTPUT, outputs, startService, until } from './testing/service.ts';
import type { Service } from './testing/service.ts';

/** From a kill on: the session of the member, and what the others need to settle what it left. */
const TAKEOVER_MS = 9_000;
/** A partition that stays may stop for the transaction that a new generation refuses. */
const GAP_MS = 200;
const GAP_SEEDS = [1, 2, 3, 4, 5, 6, 7, 8];

describe.each([1, 2] as const)('The engine, with transactions of version %i', (version) => {
  let cluster: SimulatedCluster;

  beforeEach(() => {
    cluster = new SimulatedCluster({ seed: 5, transactionVersion: version });
    cluster.createTopic(INPUT, 2);
    cluster.createTopic(OUTPUT, 2);
  });

  const isOut = (partition: number, value: string) => (): boolean =>
    outputs(cluster, partition).includes(value);

  const committed = (partition: number): bigint | undefined =>
    cluster.committed(GROUP).find((offset) => offset.partition === partition)?.offset;

  const isMember = (service: Service) => (): boolean => service.engine.member.owned.size > 0;

  it('passes records on, and commits where their partition goes on', async () => {
    const service = startService(cluster, 'a');
    append(cluster, 0, 'one');
    append(cluster, 1, 'two');
    const isCommitted = (): boolean =>
      cluster.committed(GROUP).filter(({ offset }) => offset === 1n).length === 2;
    await until(cluster, () => isOut(0, 'one')() && isOut(1, 'two')() && isCommitted());
    expect([outputs(cluster, 0), outputs(cluster, 1)]).toEqual([['one'], ['two']]);
    const stored = cluster.committed(GROUP).map(({ offset, metadata }) => [offset, metadata]);
    expect(stored).toEqual([
      [1n, expect.stringMatching(/^emitted=1 dropped=0 dead-lettered=0 topic-id=[0-9a-f]{32}$/)],
      [1n, expect.stringMatching(/^emitted=1/)],
    ]);
    expect(service.failures).toEqual([]);
  });

  it('takes the partitions of a dead member over within its session and a little', async () => {
    const [one, other] = [startService(cluster, 'a'), startService(cluster, 'b')];
    await until(cluster, () => isMember(one)() && isMember(other)());
    const [partition = -1] = one.engine.member.owned;
    one.process.kill();
    append(cluster, partition, 'late');
    expect(await until(cluster, isOut(partition, 'late'))).toBeLessThan(TAKEOVER_MS);
    expect(outputs(cluster, partition)).toEqual(['late']);
    expect(other.failures).toEqual([]);
  });

  it('takes over from a member that died in a transaction, and lets nothing of it out', async () => {
    const one = startService(cluster, 'a');
    await until(cluster, isMember(one));
    const other = startService(cluster, 'b');
    await until(cluster, isMember(other));
    const [partition = -1] = one.engine.member.owned;
    cluster.network.fault = (process, _broker, api) => {
      if (process !== one.process || api !== 'EndTxn') return undefined;
      one.process.kill();
      return 'lose-request';
    };
    append(cluster, partition, 'open');
    expect(await until(cluster, isOut(partition, 'open'))).toBeLessThan(TAKEOVER_MS);
    expect(outputs(cluster, partition)).toEqual(['open']);
  });

  it.each(GAP_SEEDS)('works on what stays with it while members come and go (%i)', async (seed) => {
    expect(await gapOfKept(seed)).toBeLessThan(GAP_MS);
  });

  /** @returns the longest gap of a partition while a member comes and goes, in milliseconds */
  async function gapOfKept(seed: number): Promise<number> {
    cluster = new SimulatedCluster({ seed, transactionVersion: version });
    cluster.createTopic(INPUT, 2);
    cluster.createTopic(OUTPUT, 2);
    const staying = startService(cluster, 'a');
    await until(cluster, isMember(staying));
    let serial = 0;
    let sent = cluster.now();
    let longest = 0;
    const kept = 0;
    let end = -1;
    const goOn = (): void => {
      const { log } = cluster.partition(OUTPUT, kept);
      // The log is read when it has grown: to read it in every millisecond takes most of the test's time.
      if (log.end !== end && outputs(cluster, kept).length === serial) {
        longest = Math.max(longest, cluster.now() - sent);
        append(cluster, kept, String(serial));
        serial += 1;
        sent = cluster.now();
      }
      end = log.end;
      cluster.at(cluster.now() + 1, goOn);
    };
    goOn();
    // Brokers may have to hear of the topics first.
    await until(cluster, () => serial > 10);
    longest = 0;
    const coming = startService(cluster, 'b');
    await until(cluster, isMember(coming));
    void coming.engine.stop();
    await until(cluster, () => staying.engine.member.owned.size === 2);
    await cluster.run(cluster.now() + 2_000);
    expect(serial).toBeGreaterThan(100);
    const revoked = staying.events.flatMap((event) =>
      event.kind === 'revoked' ? event.partitions : [],
    );
    expect(revoked).not.toContain(kept);
    return longest;
  }

  it('reads partitions that its topic gets', async () => {
    const service = startService(cluster, 'a');
    await until(cluster, isMember(service));
    cluster.growTopic(INPUT, 3);
    cluster.growTopic(OUTPUT, 3);
    await cluster.run(cluster.now() + 50);
    append(cluster, 2, 'new');
    await until(cluster, isOut(2, 'new'));
    expect(service.failures).toEqual([]);
  });

  it('reads a topic that was created anew from its beginning, and says so', async () => {
    const service = startService(cluster, 'a');
    for (const value of ['one', 'two', 'three']) append(cluster, 0, value);
    await until(cluster, isOut(0, 'three'));
    cluster.deleteTopic(INPUT);
    await cluster.run(cluster.now() + 20);
    cluster.createTopic(INPUT, 2);
    await cluster.run(cluster.now() + 20);
    append(cluster, 0, 'four');
    expect(await until(cluster, isOut(0, 'four'))).toBeLessThan(10_000);
    expect(service.failures).toEqual([]);
  });

  it('goes on where a log was truncated, and tells what was processed and is gone', async () => {
    const service = startService(cluster, 'a');
    for (const value of ['one', 'two', 'three']) append(cluster, 0, value);
    await until(cluster, isOut(0, 'three'));
    cluster.truncate(INPUT, 0, 1);
    await cluster.run(cluster.now() + 1_000);
    append(cluster, 0, 'other');
    await until(cluster, isOut(0, 'other'));
    expect(outputs(cluster, 0)).toEqual(['one', 'two', 'three', 'other']);
    expect(service.events).toContainEqual(
      expect.objectContaining({
        kind: 'positioned',
        partition: 0,
        resume: { kind: 'truncated', offset: 1n, lost: 2n },
      }),
    );
  });

  it('goes on at the earliest record where retention was faster, tells the loss, and has no lag', async () => {
    const before = startService(cluster, 'a');
    append(cluster, 0, 'one');
    await until(cluster, isOut(0, 'one'));
    void before.engine.stop();
    await until(cluster, () => before.engine.member.state === 'left');
    for (const value of ['two', 'three']) append(cluster, 0, value);
    cluster.deleteRecords(INPUT, 0, 3);
    const service = startService(cluster, 'b');
    await until(cluster, () => committed(0) === 3n);
    expect(service.events).toContainEqual(
      expect.objectContaining({
        kind: 'positioned',
        partition: 0,
        resume: { kind: 'expired', offset: 3n, lost: 2n },
      }),
    );
  });

  it('passes what is no record for a reader, and has no lag behind it', async () => {
    const service = startService(cluster, 'a');
    append(cluster, 0, 'one');
    const partition = cluster.partition(INPUT, 0);
    const producer = { producerId: 77, epoch: 0, baseSequence: 0, isTransactional: true };
    const aborted = new SimulatedOutgoing([{ key: null, value: null, timestamp: 1 }]);
    const claimed = { ...producer, count: 1, isFromClient: true };
    const guard = partition.log.producers.startVerification(claimed, false);
    expect(partition.log.append(claimed, aborted, guard).error).toBe('NONE');
    const marker = { ...producer, coordinatorEpoch: 0, bumpsEpoch: false, isCommit: false };
    expect(partition.log.appendMarker({ ...marker, timestamp: 1 }).error).toBe('NONE');
    partition.changed();
    await until(cluster, () => committed(0) === 3n && isOut(0, 'one')());
    expect(outputs(cluster, 0)).toEqual(['one']);
    expect(service.failures).toEqual([]);
  });

  it('shares a group with services of another topic', async () => {
    cluster.createTopic('others', 2);
    const services = [startService(cluster, 'a'), startService(cluster, 'b', 'others')];
    append(cluster, 0, 'one');
    append(cluster, 1, 'other', 'others');
    await until(cluster, () => isOut(0, 'one')() && isOut(1, 'other')());
    expect(services.map(({ engine }) => engine.member.owned.size)).toEqual([2, 2]);
  });

  it('leaves an offset above the end that a tool has set to an operator', async () => {
    append(cluster, 0, 'one');
    const byTool = { topic: INPUT, partition: 0, offset: 50n, leaderEpoch: -1, metadata: '' };
    cluster.offsets.store(GROUP, [byTool], 0);
    const service = startService(cluster, 'a');
    await until(cluster, () => service.failures.length > 0);
    expect(service.failures).toEqual([
      expect.objectContaining({
        message: expect.stringContaining('offset 50 of partition 0 of "logins", which ends at 1'),
      }),
    ]);
  });

  it('lets other partitions go on while one has no leader, and names it', async () => {
    const service = startService(cluster, 'a');
    await until(cluster, isMember(service));
    cluster.holdLeaderless(OUTPUT, 0, true);
    append(cluster, 0, 'held');
    append(cluster, 1, 'free');
    await until(cluster, isOut(1, 'free'));
    await until(cluster, () => service.events.some(({ kind }) => kind === 'waiting'));
    expect(service.events).toContainEqual(
      expect.objectContaining({
        kind: 'waiting',
        partition: 0,
        reason: expect.stringContaining('Partition 0 of topic "processed" cannot be written'),
      }),
    );
    cluster.holdLeaderless(OUTPUT, 0, false);
    await until(cluster, isOut(0, 'held'));
  });
});
