import { randomBytes, randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { aLogin } from '@login-pipeline/schema/testing';
import { Cluster } from './cluster.ts';
import type { NewRecord } from './cluster.ts';
import { countedBy, insightsText, reaches } from './insights-answer.ts';
import type { InsightsAnswer } from './insights-answer.ts';
import { recount } from './recount.ts';
import { killServices, Service } from './service.ts';
import type { Settings } from './service.ts';
import { TopicReader } from './topic-reader.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const NO_TIMESTAMP = '-1';
const YEAR_2100 = Date.UTC(2100);
const END_OF_TIME = 8_640_000_000_000_000;
const COMPACTED = { 'cleanup.policy': 'compact' };
/** As brokers before Kafka 4.0 take them: any. */
const ANY_TIMESTAMP = { 'message.timestamp.after.max.ms': '9223372036854775807' };

/**
 * A snapshot of format 1 as releases wrote it that believed every record without a timestamp. Its five records are
 * logins of 2024-12-17T18:47Z, 18:48Z, 8640000000000000 twice, without timestamps, the second of version 9.9.9, and
 * 18:49Z: the last one had expired.
 */
const SPOILED_SNAPSHOT = Buffer.from(
  'AUEA/GmLOwgAgKqqqupfWFwV3AEcwOx0UzPQm17ufrCrA9jFLu4Afjip3R306GA396MfDMD8YOBgAO4G4G4Hc/CLXQ3AT24nO7qDnxxUOXAtDhhHOABc/jwn' +
    'ZtwDBkm2W76UAkTDrytqTZguV/FmncSCwItIEEutQhVODs9HUev3+Th2LvelUUYZWPvdbe+5T0PZVplIb22VCeznDHsq/zMGGER5v8G3YFBAs/KVVwgAiGV/' +
    'bX7a9AFs0wfEn4t1knF9udFjDA==',
  'base64',
);
const SPOILED_RECORDS = 5;

let cluster: Cluster;

beforeAll(async () => {
  cluster = await Cluster.connect();
});
afterEach(killServices);
afterAll(() => cluster.disconnect());

describe('times that cannot be', () => {
  it('move no window of the insights, over a restart too', async () => {
    const now = Date.now();
    const settings = await aggregatorSettings({ input: ANY_TIMESTAMP });
    const topic = settings.INPUT_TOPIC;
    const wild = [
      [END_OF_TIME, NO_TIMESTAMP],
      [YEAR_2100, NO_TIMESTAMP],
      [now * 1_000, NO_TIMESTAMP],
      [YEAR_2100, String(YEAR_2100)],
      [now * 1_000, String(now * 1_000)],
      [now + 3 * HOUR, String(now + 2 * HOUR)],
    ] as const;
    await cluster.produce(topic, [
      login(now - 10 * MINUTE, String(now)),
      ...wild.map(([time, timestamp]) => login(time, timestamp)),
      login(now - 5 * MINUTE, String(now)),
      login(now, NO_TIMESTAMP),
      login(now - MINUTE, String(now * 1_000)),
    ]);
    const first = await Service.start('aggregator', settings);
    await answersForAll(first, topic);
    expect(await first.stop()).toBe(0);

    await cluster.produce(topic, [login(now - 2 * MINUTE, String(now)), login(now, NO_TIMESTAMP)]);
    const second = await Service.start('aggregator', settings);
    const { asOf } = await answersForAll(second, topic);
    const counts = await countedBy(second);
    expect(counts).toMatchObject({ total: 6, expired: 0, invalid: 6, future: 6 });
    expect(counts).toEqual(recount((await TopicReader.readAll(cluster, topic)).records, now));
    expect(Date.parse(String((asOf as { time?: string }).time))).toBe(now);
    expect(await (await second.get('/metrics')).text()).toMatch(
      /^login_pipeline_ledger_records\{outcome="invalid"\} 6$/m,
    );
  });

  it('are forgotten where a snapshot holds them: the next logins count, and every total stays', async () => {
    const settings = await aggregatorSettings();
    const topic = settings.INPUT_TOPIC;
    const now = Date.now();
    const contained = Array.from({ length: SPOILED_RECORDS }, () => login(now, String(now)));
    await cluster.produce(topic, contained);
    await cluster.produce(settings.SNAPSHOT_TOPIC, [
      {
        ...{ partition: 0, key: Buffer.from(`${topic}-0`), value: SPOILED_SNAPSHOT },
        ...{ headers: { 'next-offset': String(SPOILED_RECORDS) }, timestamp: String(now) },
      },
    ]);
    const [owner, follower] = [
      await Service.start('aggregator', settings),
      await Service.start('aggregator', settings),
    ];
    for (const service of [owner, follower]) {
      const answer = await answersForAll(service, topic);
      expect(answer).toMatchObject({
        total: 4,
        expired: 1,
        appVersions: { '2.0.0': 3, '9.9.9': 1 },
      });
      expect(await versionsOf(service)).toEqual([
        ['2.0.0', '2024-12-17T18:47:00.000Z', '2024-12-17T18:47:00.000Z'],
      ]);
      const warnings = service.output
        .split('\n')
        .filter((line) => line.includes('cannot have been'));
      expect(warnings).toEqual([expect.stringContaining(`"topic":"${topic}","partition":0`)]);
    }

    await cluster.produce(topic, [login(now, String(now)), login(now - HOUR, NO_TIMESTAMP)]);
    for (const service of [owner, follower]) {
      expect(await answersForAll(service, topic)).toMatchObject({
        total: 6,
        expired: 1,
        future: 0,
      });
      const { minutes } = await countedBy(service);
      expect(minutes).toEqual([
        [minuteOf(now - HOUR), 1],
        [minuteOf(now), 1],
      ]);
    }
    // A replica that restores what the owner has kept has nothing to forget any more.
    expect([await owner.stop(), await follower.stop()]).toEqual([0, 0]);
    const heir = await Service.start('aggregator', settings);
    expect(await answersForAll(heir, topic)).toMatchObject({ total: 6, expired: 1 });
    expect(heir.output).not.toContain('cannot have been');
  });

  it('are no latest logins; what a tombstone lets be forgotten is written soon', async () => {
    const lane = await cluster.lane({ partitions: 1 });
    const lastLogins = `e2e-last-logins-${randomUUID()}`;
    await cluster.createTopic(lastLogins, 1, COMPACTED);
    const now = Date.now();
    const [spoiled, fresh] = [randomUUID(), randomUUID()];
    await cluster.produce(lastLogins, [latest(spoiled, YEAR_2100)]);
    const transformer = await Service.start('transformer', {
      ...{ ...lane.settings, LAST_LOGIN_TOPIC: lastLogins },
    });
    const written = async (logins: readonly NewRecord[]): Promise<readonly string[]> => {
      await cluster.produce(lane.input, logins);
      await transformer.until('all of its work', () => cluster.isDone(lane), 90_000);
      return transformer.until('its commit in both topics', async () => {
        const outputs = (await TopicReader.readAll(cluster, lane.output)).records;
        if (outputs.length !== Number(await cluster.ends(lane.input))) return false;
        const { records } = await TopicReader.readAll(cluster, lastLogins);
        return records.map(
          ({ key, headers }) => `${String(key)} ${String(headers?.['x-login-time'])}`,
        );
      });
    };

    // All of them are logins and come out; the wild ones are not the latest.
    const first = await written([
      login(YEAR_2100, String(now), fresh),
      login(END_OF_TIME, NO_TIMESTAMP, fresh),
      login(now, String(now), fresh),
      login(now - HOUR, String(now), spoiled),
    ]);
    const expected = [`${spoiled} ${YEAR_2100}`, `${fresh} ${now}`, `${spoiled} ${now - HOUR}`];
    expect(first.toSorted()).toEqual(expected.toSorted());

    expect(await written([login(now - HOUR, String(now), fresh)])).toEqual(first);
    await cluster.produce(lastLogins, [{ ...latest(fresh, 0), value: null, headers: {} }]);
    // Seen within a second; until then it is one that comes late.
    const forgotten = await transformer.until('the tombstone to be seen', async () => {
      const latest = await written([login(now - HOUR, String(now), fresh)]);
      return latest.at(-1) === `${fresh} ${now - HOUR}` && latest;
    });
    expect(await written([login(now - 2 * HOUR, String(now), fresh)])).toEqual(forgotten);
  });
});

describe('values that do not compress', () => {
  it('are counted by name as far as a snapshot can be written, and none is lost', async () => {
    const settings = await aggregatorSettings({ snapshots: { 'max.message.bytes': '100000' } });
    const topic = settings.INPUT_TOPIC;
    const logins = Array.from({ length: 1_500 }, () => {
      const value = randomBytes(48).toString('base64');
      return login(Date.now(), String(Date.now()), randomUUID(), {
        ...{ app_version: value, device_type: value.toLowerCase(), locale: `${value.slice(1)}.` },
      });
    });
    await cluster.produce(topic, logins);
    const counting = { ...settings, MAX_DISTINCT_VALUES: '100000', STALL_TIMEOUT_MS: '10000' };
    const first = await Service.start('aggregator', counting);
    const before = await answersForAll(first, topic);
    const { other = 0 } = before.appVersions;
    expect(other).toBeGreaterThan(300);
    expect(Object.keys(before.appVersions).length).toBe(logins.length - other + 1);
    expect(first.output).toMatch(
      /MAX_DISTINCT_VALUES=100000 may be more .* max\.message\.bytes=100000/,
    );
    // An hour names fewer of them, and loses none either.
    const hours = (await (await first.get('/insights?last=24h')).json()) as InsightsAnswer;
    expect(hours.total).toBe(logins.length);
    for (const counts of [hours.appVersions, hours.deviceTypes, hours.locales]) {
      expect(Object.values(counts).reduce((sum, count) => sum + count, 0)).toBe(logins.length);
      expect(counts['other']).toBeGreaterThan(1_000);
    }
    expect(await first.stop()).toBe(0);

    const second = await Service.start('aggregator', counting);
    const after = await answersForAll(second, topic);
    expect(after).toEqual(before);
    expect((await TopicReader.readAll(cluster, settings.SNAPSHOT_TOPIC)).records).not.toEqual([]);
  });

  it('need no warning by the defaults; a topic that may not take a day is refused by name', async () => {
    const settings = await aggregatorSettings({ snapshots: { 'max.message.bytes': '1048588' } });
    const usual = await (await Service.start('aggregator', settings)).ready(60_000);
    expect(usual.output).not.toContain('MAX_DISTINCT_VALUES=');
    const small = await aggregatorSettings({ snapshots: { 'max.message.bytes': '20000' } });
    const refused = await Service.start('aggregator', small);
    expect(await refused.ended).toBe(69);
    expect(refused.output).toMatch(
      /A day of insights may need \d+ bytes, .* \(SNAPSHOT_TOPIC\) takes max\.message\.bytes=20000: raise that to \d+ or more/,
    );
    expect(refused.output).not.toContain('"stack"');
  });
});

async function aggregatorSettings({
  input = {},
  snapshots = {},
}: Partial<Record<'input' | 'snapshots', Settings>> = {}) {
  const id = randomUUID();
  const settings = {
    INPUT_TOPIC: `e2e-processed-${id}`,
    SNAPSHOT_TOPIC: `e2e-insights-${id}`,
    GROUP_ID: `e2e-aggregator-${id}`,
    INSIGHTS_LOG_EVERY: '1000000',
  };
  await cluster.createTopic(settings.INPUT_TOPIC, 1, input);
  await cluster.createTopic(settings.SNAPSHOT_TOPIC, 1, { ...COMPACTED, ...snapshots });
  return settings;
}

/** @returns the insights once they contain the whole topic */
async function answersForAll(service: Service, topic: string): Promise<InsightsAnswer> {
  const ends = await cluster.ends(topic);
  return service.until(
    'answers for all',
    async () => {
      const text = await insightsText(service).catch(() => undefined);
      if (text === undefined) return false;
      const answer = JSON.parse(text) as InsightsAnswer;
      return answer.complete && reaches(answer, ends) && answer;
    },
    90_000,
  );
}

/** A login, processed already or yet to be. */
function login(
  timestamp: number,
  recordTimestamp: string,
  user: string = randomUUID(),
  members: Readonly<Record<string, string>> = {},
): NewRecord {
  const own = { user_id: user, app_version: '2.0.0', ...members, timestamp, processed: true };
  const text = JSON.stringify(aLogin(own));
  return {
    ...{ partition: 0, key: Buffer.from(user), value: Buffer.from(text), headers: {} },
    timestamp: recordTimestamp,
  };
}

/** A latest login as the transformer writes it; its value is not looked at. */
function latest(user: string, time: number): NewRecord {
  return {
    ...{ partition: 0, key: Buffer.from(user), value: Buffer.from('{}') },
    ...{ headers: { 'x-login-time': String(time) }, timestamp: String(Date.now()) },
  };
}

async function versionsOf(service: Service): Promise<readonly (readonly string[])[]> {
  const { versions } = (await (await service.get('/insights/versions')).json()) as {
    readonly versions: readonly Readonly<Record<'version' | 'firstSeen' | 'lastSeen', string>>[];
  };
  return versions.map(({ version, firstSeen, lastSeen }) => [version, firstSeen, lastSeen]);
}

function minuteOf(timeMs: number): string {
  return `${new Date(timeMs).toISOString().slice(0, 16)}Z`;
}
