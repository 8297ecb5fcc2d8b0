import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { aLogin } from '@login-pipeline/schema/testing';
import { Cluster } from './cluster.ts';
import type { Lane, NewRecord } from './cluster.ts';
import { killServices, Service } from './service.ts';
import { TopicReader } from './topic-reader.ts';

/** Values that stand nowhere but in the records: what shows one shows a login's data. */
const CANARY_IP = '203.0.113.77';
const CANARY_IP_V6 = '2001:db8:cafe::77';
const CANARY_USER = 'c0ffee00-1234-4abc-8def-feedfacecafe';
const CANARIES = [CANARY_IP, CANARY_IP_V6, CANARY_USER, CANARY_USER.toUpperCase(), 'c0ffee00'];
/** The headers of the record itself: what its sender wrote there stays. */
const OWN_HEADER = 'sender';

const LOGIN = aLogin({
  user_id: CANARY_USER,
  app_version: '2.0.0',
  ip: CANARY_IP,
  timestamp: Date.now(),
});

/** Good ones and every way to be bad that could tempt code to quote the record. */
const VALUES: readonly string[] = [
  ...Array.from({ length: 40 }, () => JSON.stringify(LOGIN)),
  JSON.stringify({ ...LOGIN, ip: CANARY_IP_V6 }),
  JSON.stringify({ ...LOGIN, app_version: '1.0.0' }),
  JSON.stringify({ ...LOGIN, ip: `${CANARY_IP}.5` }),
  JSON.stringify({ ...LOGIN, user_id: `${CANARY_USER}-x` }),
  JSON.stringify({ ...LOGIN, timestamp: CANARY_IP }),
  JSON.stringify({ ...LOGIN, locale: '' }),
  JSON.stringify({ ...LOGIN, timestamp: 9e15 }),
  JSON.stringify(LOGIN).slice(0, -1),
  `${JSON.stringify(LOGIN)}${JSON.stringify(LOGIN)}`,
  JSON.stringify([LOGIN]),
  `${CANARY_USER} ${CANARY_IP}`,
  JSON.stringify({ ...LOGIN, padding: 'x'.repeat(1_048_000) }),
];

describe('personal data', () => {
  let cluster: Cluster;

  beforeAll(async () => {
    cluster = await Cluster.connect();
  });
  afterEach(killServices);
  afterAll(() => cluster.disconnect());

  /** A pipeline that has worked through the canaries, logging all it can. */
  const workedThrough = async (): Promise<{ lane: Lane; services: readonly Service[] }> => {
    const lane = await cluster.lane({ partitions: 1 });
    const snapshots = `${lane.output}-snapshots`;
    await cluster.createTopic(snapshots, 1, { 'cleanup.policy': 'compact' });
    await cluster.produce(lane.input, VALUES.map(canaryRecord));
    // Another producer than the transformer writes there, too.
    await cluster.produce(lane.output, VALUES.slice(0, -1).map(canaryRecord));
    const transformer = await Service.start('transformer', {
      ...lane.settings,
      LOG_LEVEL: 'trace',
    });
    const aggregator = await Service.start('aggregator', {
      INPUT_TOPIC: lane.output,
      SNAPSHOT_TOPIC: snapshots,
      GROUP_ID: `${lane.group}-aggregator`,
      LOG_LEVEL: 'trace',
    });
    await transformer.until('all of its work', () => cluster.isDone(lane));
    const [end] = await cluster.ends(lane.output);
    await aggregator.ready();
    await aggregator.until('all of its work', async () => {
      const answer = await aggregator.get('/ledger');
      if (!answer.ok) return false;
      const ledger = (await answer.json()) as {
        partitions: Record<string, { nextOffset: string }>;
      };
      return ledger.partitions['0']?.nextOffset === String(end);
    });
    return { lane, services: [transformer, aggregator] };
  };

  it('is never in logs, metrics, answers, errors or the headers that are added', async () => {
    const { lane, services } = await workedThrough();
    for (const service of services) {
      for (const path of [
        '/metrics',
        '/health/ready',
        '/insights',
        '/ledger',
        '/flow',
        '/insights/locales?limit=x',
        '/nothing/here',
      ]) {
        expectNoCanary(await (await service.get(path)).text());
      }
    }
    const { records } = await TopicReader.readAll(cluster, lane.deadLetter);
    expect(records.length).toBeGreaterThan(8);
    for (const { headers } of records) {
      expect(headers?.[OWN_HEADER]?.toString()).toBe(CANARY_USER);
      expectNoCanary(JSON.stringify(asText({ ...headers, [OWN_HEADER]: undefined })));
    }
    for (const service of services) {
      expect(await service.stop()).toBe(0);
      expect(service.output).toContain('"level":"debug"');
      expectNoCanary(service.output);
    }
  });

  it('is not in the message that ends a service either', async () => {
    const lane = await cluster.lane({ partitions: 1 });
    const bad = Array.from({ length: 2_000 }, () => canaryRecord(`${CANARY_USER} ${CANARY_IP}`));
    await cluster.produce(lane.input, bad);
    const transformer = await Service.start('transformer', {
      ...lane.settings,
      LOG_LEVEL: 'trace',
    });
    expect(await transformer.ended).toBe(70);
    expectNoCanary(transformer.output);
  });
});

function canaryRecord(value: string): NewRecord {
  return {
    partition: 0,
    key: Buffer.from(CANARY_USER),
    value: Buffer.from(value),
    headers: { [OWN_HEADER]: CANARY_USER },
    timestamp: String(LOGIN.timestamp),
  };
}

function asText(headers: object): object {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, String(value)]));
}

function expectNoCanary(text: string): void {
  for (const canary of CANARIES) expect(text).not.toContain(canary);
}
