import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import type { BrokerNode } from '@login-pipeline/embedded-kafka';
import kafkajs from 'kafkajs';
import { activeController, internalPartition } from './chaos/broker-roles.ts';
import type { Frame } from './chaos/fault-proxy.ts';
import { errorCodes } from './chaos/kafka-answers.ts';
import { unlessBusy } from './cluster.ts';
import type { Lane } from './cluster.ts';
import { faultsIn } from './lane-faults.ts';
import { makeLoad } from './load.ts';
import { startProxiedCluster } from './proxied-cluster.ts';
import type { ProxiedCluster } from './proxied-cluster.ts';
import { killServices, Service } from './service.ts';
import { waitFor } from './wait-for.ts';

const CLIENT = 'marked';
/** The group's coordinator was away. */
const BACK_MS = 60_000;
/** Less than the watchdog takes to end a service that only hears that this is not the coordinator. */
const FOUND_MS = 30_000;
/** Transactions are held for longer than they may take: nothing looks for such. */
const PATIENT = { 'transaction.abort.timed.out.transaction.cleanup.interval.ms': 600_000 };

describe('Where one broker alone has some partitions', () => {
  let brokers: ProxiedCluster;
  /** It goes away, and with it the only copies of what is written to. */
  let lone: BrokerNode;
  let others: number[];

  beforeAll(async () => {
    brokers = await startProxiedCluster(3, { settings: PATIENT });
    const controller = activeController(brokers.nodes);
    const found = brokers.nodes.find(({ id }) => id !== controller);
    if (found === undefined) throw new Error('no broker is not the controller');
    lone = found;
    others = brokers.nodes.map(({ id }) => id).filter((id) => id !== lone.id);
  });
  afterEach(killServices);
  afterAll(() => brokers.stop());

  /**
   * Kafka 4.3.1 takes a partition that has no leader for one that was deleted: it confirms a commit whose markers it
   * never writes (KAFKA-20734). That happens to all partitions of the only broker when it is stopped in the right
   * millisecond; where the transaction's coordinator lives elsewhere, as here, it happens each time.
   */
  it('the coordinator may lose the markers of a transaction: it is neither lost nor repeated', async () => {
    const { cluster, proxy } = brokers;
    const lane = await laneOn([lone.id]);
    const input = makeLoad(200, 1);
    const first = await start(lane);
    await first.ready();
    await cluster.produce(lane.input, input.slice(0, 50));
    await first.until('its first commit', () => cluster.isDone(lane));

    const commit = proxy.holdFirst(isCommit('request'));
    const confirmed = proxy.holdFirst(isCommit('response'));
    await cluster.produce(lane.input, input.slice(50, 150));
    await commit.reached;
    // It would give the request up before the broker is down.
    first.signal('SIGSTOP');
    await lone.stop();
    await waitFor('an output without a leader', () => isLeaderless(lane.output));
    commit.release();
    expect(errorCodes(await confirmed.reached)).toEqual([0]);
    await lone.restart();
    confirmed.release();
    first.signal('SIGCONT');

    // A process that goes on with the same producer commits what it left; its successor must know of it.
    expect(await first.stop()).toBe(0);
    const heir = await start(lane);
    await cluster.produce(lane.input, input.slice(150));
    await heir.until('the rest of its work', () => cluster.isDone(lane), BACK_MS);
    expect(await heir.stop()).toBe(0);
    expect(await faultsIn(cluster, lane, input)).toEqual([]);
  });

  it('the coordinator is asked to end a transaction again only when all partitions of it have leaders', async () => {
    const { cluster, proxy } = brokers;
    const lane = await laneOn([lone.id], others);
    const input = makeLoad(200, 1);
    const members = new Map<string, Service>();
    for (const name of ['one', 'other']) members.set(name, await start(lane, name).then(isReady));
    await cluster.produce(lane.input, input.slice(0, 50));
    await waitFor('the first commit', () => cluster.isDone(lane));

    const commit = proxy.holdFirst(isCommit('request', [...members.keys()]));
    const confirmed = proxy.holdFirst(isCommit('response', [...members.keys()]));
    await cluster.produce(lane.input, input.slice(50, 150));
    const { clientId } = await commit.reached;
    // A member takes a partition over only when there is something to do.
    await cluster.produce(lane.input, input.slice(150));
    // One would give the request up before the broker is down, and the other one would fence it.
    for (const member of members.values()) member.signal('SIGSTOP');
    await lone.stop();
    await waitFor('an output without a leader', () => isLeaderless(lane.output));
    commit.release();
    expect(errorCodes(await confirmed.reached)).toEqual([0]);
    await members.get(clientId)?.kill();
    members.delete(clientId);
    const [heir] = members.values();
    if (heir === undefined) throw new Error('no service is left');
    heir.signal('SIGCONT');
    await heir.until(
      'a try to take over',
      () => /A transaction was not committed|A partition waits/.test(heir.output),
      BACK_MS,
    );
    await lone.restart();

    // A try that went too far would have made the coordinator forget that the transaction was committed.
    await heir.until('the rest of its work', () => cluster.isDone(lane), BACK_MS);
    await heir.until(
      'its results to be readable',
      async () => (await faultsIn(cluster, lane, input)).length === 0,
      BACK_MS,
    );
    expect(await heir.stop()).toBe(0);
    expect(await faultsIn(cluster, lane, input)).toEqual([]);
  });

  it('the coordinator may move while it is alive: it is looked for again', async () => {
    const { cluster } = brokers;
    const lane = await laneOn([lone.id]);
    const input = makeLoad(100, 1);
    const service = await start(lane);
    await service.ready();
    await cluster.produce(lane.input, input.slice(0, 50));
    await service.until('its first commit', () => cluster.isDone(lane));
    await move('__transaction_state', undefined, [lone.id]);
    await cluster.produce(lane.input, input.slice(50));
    await service.until('the rest of its work', () => cluster.isDone(lane), FOUND_MS);
    expect(await service.stop()).toBe(0);
    expect(await faultsIn(cluster, lane, input)).toEqual([]);
  });

  it('another topic may have no leader: that stops no service', async () => {
    const { cluster } = brokers;
    const lane = await laneOn(others);
    const foreign = `foreign-${randomUUID()}`;
    await createOn([lone.id], foreign);
    const input = makeLoad(100, 1);
    await cluster.produce(lane.input, input);
    await lone.stop();
    await waitFor('a topic without a leader', () => isLeaderless(foreign));
    const service = await start(lane);
    // kafkajs as it is could not tell now what is committed.
    const isDone = async (): Promise<boolean> => (await recordsOf(service)) === input.length;
    await service.until('its work', isDone, BACK_MS);
    expect(await service.stop()).toBe(0);
    await lone.restart();
    expect(await faultsIn(cluster, lane, input)).toEqual([]);
  });

  const isCommit =
    (direction: Frame['direction'], clients = [CLIENT]) =>
    ({ clientId, api, direction: its }: Frame) =>
      clients.includes(clientId) && api === 'EndTxn' && its === direction;
  const isReady = (service: Service): Promise<Service> => service.ready();

  function start({ settings }: Lane, client = CLIENT): Promise<Service> {
    const { addresses } = brokers.proxy;
    return Service.start('transformer', {
      ...settings,
      KAFKA_BROKERS: addresses,
      KAFKA_CLIENT_ID: client,
    });
  }

  /**
   * @param outputs the brokers that have them
   * @param offsets the brokers that have the group's
   * @returns a pipeline of one partition; the lone broker has nothing else of it
   */
  async function laneOn(outputs: number[], offsets = outputs): Promise<Lane> {
    const id = randomUUID();
    const [input, output, deadLetter] = [`e2e-in-${id}`, `e2e-out-${id}`, `e2e-dead-${id}`];
    const group = `e2e-transformer-${id}`;
    await createOn(others, input);
    await createOn(outputs, output);
    await createOn(outputs, deadLetter, { 'message.timestamp.type': 'LogAppendTime' });
    const settings = {
      INPUT_TOPIC: input,
      OUTPUT_TOPIC: output,
      DEAD_LETTER_TOPIC: deadLetter,
      GROUP_ID: group,
    };
    const lane = { input, output, deadLetter, group, settings };
    // Who has run once has made the internal topics.
    const scout = await start(lane);
    await scout.ready();
    await scout.stop();
    await move('__transaction_state', undefined, others);
    await move('__consumer_offsets', group, offsets);
    return lane;
  }

  async function createOn(
    replicas: number[],
    topic: string,
    config: Readonly<Record<string, string>> = {},
  ): Promise<void> {
    const entries = Object.entries({ 'retention.ms': '-1', 'min.insync.replicas': '1', ...config });
    const configEntries = entries.map(([name, value]) => ({ name, value }));
    await brokers.cluster.admin.createTopics({
      // kafkajs would give up where a broker has not heard of the topic yet.
      waitForLeaders: false,
      topics: [{ topic, replicaAssignment: [{ partition: 0, replicas }], configEntries }],
    });
    await brokers.cluster.leaders(topic);
  }

  /**
   * Moves the partition of an internal topic that a name falls into; undefined: all, as instances' names are not
   * known before.
   */
  async function move(topic: string, name: string | undefined, replicas: number[]): Promise<void> {
    const { admin } = brokers.cluster;
    const configEntries = [
      { name: 'min.insync.replicas', value: '1' },
      { name: 'cleanup.policy', value: 'compact' },
    ];
    await admin.alterConfigs({
      validateOnly: false,
      resources: [{ type: kafkajs.ConfigResourceTypes.TOPIC, name: topic, configEntries }],
    });
    const { length } = await brokers.cluster.leaders(topic);
    const partitions =
      name === undefined
        ? Array.from({ length }, (_, partition) => partition)
        : [internalPartition(name, length)];
    await admin.alterPartitionReassignments({
      topics: [
        { topic, partitionAssignment: partitions.map((partition) => ({ partition, replicas })) },
      ],
    });
    await waitFor(`partitions of ${topic} to move`, async () => {
      const metadata = await unlessBusy(admin.fetchTopicMetadata({ topics: [topic] }));
      const moved = (metadata?.topics[0]?.partitions ?? []).filter(
        ({ leader, replicas: held }) =>
          replicas.includes(leader) && String(held) === String(replicas),
      );
      return partitions.every((partition) =>
        moved.some(({ partitionId }) => partitionId === partition),
      );
    });
  }

  async function isLeaderless(topic: string): Promise<boolean> {
    const impatient = brokers.cluster.kafka.admin({ retry: { retries: 0 } });
    try {
      await impatient.connect();
      await impatient.fetchTopicMetadata({ topics: [topic] });
      return false;
    } catch (error) {
      return String(error).includes('no leader for this topic-partition');
    } finally {
      await impatient.disconnect();
    }
  }
});

/** @returns how many records the service has committed an outcome of; 0 while it does not answer yet */
async function recordsOf(service: Service): Promise<number> {
  const text = await (await service.get('/metrics').catch(() => undefined))?.text();
  const counts = (text ?? '').matchAll(/^login_pipeline_records_total\{[^}]*\} (\S+)$/gm);
  return Array.from(counts, ([, count]) => Number(count)).reduce((sum, count) => sum + count, 0);
}
