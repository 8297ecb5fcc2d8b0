import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import type { GroupDescription } from 'kafkajs';
import type { Frame, MarkedPoint } from './chaos/fault-proxy.ts';
import type { Lane } from './cluster.ts';
import { endedIn } from './failed-start.ts';
import { faultsIn } from './lane-faults.ts';
import { makeLoad } from './load.ts';
import type { InputRecord } from './load.ts';
import { probe } from './probe-answer.ts';
import { startProxiedCluster } from './proxied-cluster.ts';
import type { ProxiedCluster } from './proxied-cluster.ts';
import { killServices, Service } from './service.ts';
import { TopicReader } from './topic-reader.ts';

const PARTITIONS = 4;
/** So small that every partition has several transactions ahead of it, however fast the machine. */
const BATCH_MAX_RECORDS = '2000';
/** A member that died is counted out of its group after 6 s; only then does the next one get its partitions. */
const TAKE_OVER_MS = 60_000;

/** Where in the life of a transaction a service is stopped. */
type Moment = (frame: Frame) => boolean;
/** Records and offset are written, and no reader knows of the commit. */
const beforeCommit: Moment = ({ api, direction }) => api === 'EndTxn' && direction === 'request';
/** The transaction is committed, and the service has not heard of it. */
const afterCommit: Moment = ({ api, direction }) => api === 'EndTxn' && direction === 'response';

describe('transformer, exactly once', () => {
  let brokers: ProxiedCluster;

  beforeAll(async () => {
    brokers = await startProxiedCluster();
  });
  afterEach(killServices);
  afterAll(() => brokers.stop());

  it('loses and duplicates none of 100,000 logins, one in twenty bad, when it is killed before and after a commit', async () => {
    const { cluster } = brokers;
    const { lane, input } = await filledLane(100_000);
    const reader = await TopicReader.start(cluster, lane.output);

    for (const moment of [beforeCommit, afterCommit]) {
      const doomed = await heldAt(moment, lane);
      await doomed.service.kill();
      expect(await cluster.isDone(lane)).toBe(false);
    }
    const survivor = await start(lane);
    await survivor.until('all of its work', () => cluster.isDone(lane), TAKE_OVER_MS);
    expect(await survivor.stop()).toBe(0);

    await expectExactlyOnce(lane, input);
    const concurrent = (await reader.finish()).records;
    const later = (await TopicReader.readAll(cluster, lane.output)).records;
    expect(places(concurrent)).toEqual(places(later));
  });

  it('gives up what it held when frozen within a transaction for longer than its session, and goes on as one of two', async () => {
    const { cluster } = brokers;
    const { lane, input } = await filledLane(60_000);
    const { service: zombie, point } = await heldAt(beforeCommit, lane);
    zombie.signal('SIGSTOP');
    expect(await cluster.isDone(lane)).toBe(false);

    const heir = await start(lane);
    await heir.until('all of the work', () => cluster.isDone(lane), TAKE_OVER_MS);
    point.release();
    zombie.signal('SIGCONT');
    await zombie.until('a group of two', () => shared(lane), TAKE_OVER_MS);
    await Promise.all([zombie.ready(), heir.ready()]);
    const further = makeLoad(70_000, PARTITIONS).slice(input.length);
    await cluster.produce(lane.input, further);
    await heir.until('the work of both', () => cluster.isDone(lane), TAKE_OVER_MS);
    expect(await Promise.all([zombie.stop(), heir.stop()])).toEqual([0, 0]);

    await expectExactlyOnce(lane, [...input, ...further]);
  });

  it('finishes its work in hand at SIGTERM under load, and its successor does the rest', async () => {
    const { cluster } = brokers;
    const { lane, input } = await filledLane(60_000, 1);
    const settings = { DRAIN_TIMEOUT_MS: '10000' };
    const { service: first, point } = await heldAt(beforeCommit, lane, settings);
    expect(await cluster.committed(lane)).toEqual([0]);
    const began = performance.now();
    first.signal('SIGTERM');
    await first.until('draining', async () => (await first.status('/health/ready')) === 503);
    point.release();
    expect(await first.ended).toBe(0);
    expect(performance.now() - began).toBeLessThan(10_000);
    expect(await cluster.committed(lane)).not.toEqual([0]);
    expect(await cluster.isDone(lane)).toBe(false);

    // It left the group: its successor need not wait for a session to end.
    expect((await groupOf(lane)).members).toEqual([]);
    const second = await start(lane, settings);
    await second.until('the rest', () => cluster.isDone(lane), TAKE_OVER_MS);
    expect(await second.stop()).toBe(0);

    await expectExactlyOnce(lane, input);
  });

  it('says that it is draining while a transaction is under way, and ends at once at a second SIGINT', async () => {
    const { lane, input } = await filledLane(5_000);
    const { service } = await heldAt(beforeCommit, lane);
    service.signal('SIGINT');
    const draining = await service.until('draining', async () => {
      const answer = await probe(service, 'ready');
      return answer.status === 503 && answer;
    });
    // By then it may have left its group, which is a second reason.
    expect(draining.body).toMatchObject({
      status: 'error',
      error: { service: { status: 'down', message: 'draining' } },
    });
    expect(await service.status('/health/live')).toBe(200);

    // Signals right behind the first one count as its echo.
    const exit = await endedIn(service, 3_000, () => {
      service.signal('SIGINT');
    });
    expect(exit).toBe(130);

    const heir = await start(lane);
    await heir.until('all of the work', () => brokers.cluster.isDone(lane), TAKE_OVER_MS);
    expect(await heir.stop()).toBe(0);
    await expectExactlyOnce(lane, input);
  });

  async function filledLane(
    count: number,
    partitions = PARTITIONS,
  ): Promise<{ lane: Lane; input: readonly InputRecord[] }> {
    const lane = await brokers.cluster.lane({ partitions });
    const input = makeLoad(count, partitions);
    await brokers.cluster.produce(lane.input, input);
    return { lane, input };
  }

  function start(
    lane: Lane,
    further: Readonly<Record<string, string>> = {},
    clientId = 'transformer',
  ): Promise<Service> {
    return Service.start('transformer', {
      ...lane.settings,
      ...further,
      BATCH_MAX_RECORDS,
      KAFKA_BROKERS: brokers.proxy.addresses,
      KAFKA_CLIENT_ID: clientId,
    });
  }

  /** @returns a service of which one transaction has got to that moment, and gets no further until it is released */
  async function heldAt(
    moment: Moment,
    lane: Lane,
    further: Readonly<Record<string, string>> = {},
  ): Promise<{ service: Service; point: MarkedPoint }> {
    clients += 1;
    const clientId = `held-${clients}`;
    // The first transaction says where the group begins, and has no records.
    let hasWritten = false;
    const point = brokers.proxy.holdFirst((frame) => {
      if (frame.clientId !== clientId) return false;
      hasWritten ||= frame.api === 'Produce';
      return hasWritten && moment(frame);
    });
    const service = await start(lane, further, clientId);
    let isHeld = false;
    void point.reached.then(() => (isHeld = true));
    await service.until('a transaction under way', () => isHeld, TAKE_OVER_MS);
    return { service, point };
  }
  let clients = 0;

  /** @returns whether the group has two members, each with partitions of its own */
  async function shared(lane: Lane): Promise<boolean> {
    const { state, members } = await groupOf(lane);
    return state === 'Stable' && members.length === 2;
  }

  async function groupOf({ group }: Lane): Promise<GroupDescription> {
    const { groups } = await brokers.cluster.admin.describeGroups([group]);
    const [description] = groups;
    if (description === undefined) throw new Error(`${group} is not described`);
    return description;
  }

  async function expectExactlyOnce(lane: Lane, input: readonly InputRecord[]): Promise<void> {
    const { cluster } = brokers;
    expect(await faultsIn(cluster, lane, input)).toEqual([]);
    expect(await cluster.committed(lane)).toEqual(await cluster.ends(lane.input));
  }
});

/** @returns where each record stands, in the order of partitions */
function places(records: readonly { partition: number; offset: string }[]): readonly string[] {
  return records
    .toSorted((one, other) => one.partition - other.partition)
    .map(({ partition, offset }) => `${partition}:${offset}`);
}
