import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { askAll, contain, differences } from './asked-periods.ts';
import { Cluster } from './cluster.ts';
import { countedBy, insightsText } from './insights-answer.ts';
import { answeredOf } from './period-answers.ts';
import { recountPeriod } from './recount-periods.ts';
import type { PeriodRecount } from './recount-periods.ts';
import { recount } from './recount.ts';
import type { Recount } from './recount.ts';
import { recordOf, releaseBefore, snapshotsOf } from './release-before.ts';
import type { ShortLogin } from './release-before.ts';
import { Replicas } from './replicas.ts';
import { SeededRandom } from './seeded-random.ts';
import { killServices } from './service.ts';
import type { Service } from './service.ts';
import { ascending } from './tally.ts';
import type { Tally } from './tally.ts';
import { TopicReader } from './topic-reader.ts';

const PARTITIONS = 2;
const MINUTE = 60_000;
const DEADLINE_MS = 180_000;
const SHOWN_MINUTES = 1_440;
/** The newest login that the release before has counted is of 02:05. */
const FIRST_NEW_MS = Date.UTC(2024, 11, 18, 2, 10);
/** All of it lies behind what the release before has counted. */
const DAY_AFTER = '2024-12-19';
const BEFORE = releaseBefore();

describe('snapshots of the release before', () => {
  let cluster: Cluster;

  beforeAll(async () => {
    cluster = await Cluster.connect();
  });
  afterEach(killServices);
  afterAll(() => cluster.disconnect());

  it(
    'go on: every total stays, and new logins count, in each replica and after a restart',
    async () => {
      const { topic, snapshots, replicas } = await upgraded();
      await replicas.scaleTo(1);
      for (const replica of replicas.running) await expectAsBefore(topic, replica);

      await cluster.produce(topic, newLogins().map(recordOf));
      await replicas.scaleTo(2);
      await contain(replicas.running, await cluster.ends(topic));
      await expectGoesOn(topic, replicas.running);
      const before = await askAll(replicas.running, await cluster.ends(topic));
      expect(differences(before)).toEqual([]);

      await replicas.befall('stop', 0, () => undefined);
      await replicas.befall('kill', 1, () => undefined);
      await contain(replicas.running, await cluster.ends(topic));
      await expectGoesOn(topic, replicas.running);
      const after = await askAll(replicas.running, await cluster.ends(topic));
      expect(differences(after)).toEqual([]);
      // A release that is gone back to finds what it has written.
      const { records } = await TopicReader.readAll(cluster, snapshots);
      const old = records.filter(({ key }) => !String(key).includes('/'));
      expect(old.map(({ value }) => value?.toString('base64'))).toEqual(
        BEFORE.snapshots.map(({ value }) => value),
      );
    },
    DEADLINE_MS,
  );

  /** Topics as the release before has left them. */
  async function upgraded(): Promise<{ topic: string; snapshots: string; replicas: Replicas }> {
    const id = randomUUID();
    const topic = `e2e-processed-${id}`;
    const snapshots = `e2e-insights-${id}`;
    await cluster.createTopic(topic, PARTITIONS);
    await cluster.createTopic(snapshots, 1, { 'cleanup.policy': 'compact' });
    await cluster.produce(topic, BEFORE.logins.map(recordOf));
    await cluster.produce(snapshots, snapshotsOf(BEFORE, topic));
    const replicas = new Replicas({
      INPUT_TOPIC: topic,
      SNAPSHOT_TOPIC: snapshots,
      GROUP_ID: `e2e-aggregator-${id}`,
      SNAPSHOT_INTERVAL_MS: '200',
      INSIGHTS_LOG_EVERY: '1000000',
    });
    return { topic, snapshots, replicas };
  }

  async function expectAsBefore(topic: string, replica: Service): Promise<void> {
    await contain([replica], await cluster.ends(topic));
    const since = { 'week-hours': BEFORE.insights.asOf.time };
    expect(JSON.parse(await insightsText(replica))).toEqual({
      ...{ ...BEFORE.insights, complete: true, since },
    });
    expect((await countedBy(replica)).minutes).toEqual(BEFORE.minutes);
    const { versions, hours } = await json<Versions>(replica, '/insights/versions');
    expect(versions.map((each) => [each.version, each.firstSeen, each.lastSeen])).toEqual(
      BEFORE.versions,
    );
    expect(hours).toEqual(BEFORE.hours);
    expect(await json(replica, '/insights/week-hours')).toMatchObject({
      ...{ since: since['week-hours'], total: 0 },
    });
  }

  async function expectGoesOn(topic: string, replicas: readonly Service[]): Promise<void> {
    const { records } = await TopicReader.readAll(cluster, topic);
    const old = BEFORE.snapshots.map(({ headers }) => Number(headers['next-offset']));
    const isNew = ({ partition, offset }: (typeof records)[number]): boolean =>
      Number(offset) >= (old[partition] ?? 0);
    const added = recount(records.filter(isNew));
    const ofDay = recountPeriod(records, { day: DAY_AFTER }, Date.now());
    const week = recountPeriod(records.filter(isNew), undefined, Date.now()).weekHours;
    const { users } = recountPeriod(records, undefined, Date.now());
    for (const replica of replicas) {
      expect(await countedBy(replica)).toEqual(sumOf(added));
      const ask = async (path: string): Promise<string> => (await replica.get(path)).text();
      const answered = await answeredOf(ask, { day: DAY_AFTER });
      expect(comparable(answered)).toEqual(comparable(ofDay));
      expect(answered.period?.complete).toBe(true);
      const { period } = await json<Partial<PeriodRecount>>(replica, '/insights?day=2024-12-18');
      expect(period?.complete).toBe(false);
      expect(await json(replica, '/insights/week-hours')).toMatchObject({
        ...{ since: BEFORE.insights.asOf.time, total: added.total },
        hours: week.map((count) => ({ count })),
      });
      const { distinctUsers } = await json<{ distinctUsers: { estimate: number } }>(
        replica,
        '/insights',
      );
      expect(Math.abs(distinctUsers.estimate - users)).toBeLessThanOrEqual(0.05 * users);
    }
  }
});

interface Versions {
  readonly versions: readonly Readonly<Record<'version' | 'firstSeen' | 'lastSeen', string>>[];
  readonly hours: readonly object[];
}

/**
 * Logins of the day and a half after, and some of three days before: the release before would have
 * let these expire.
 */
function newLogins(): readonly ShortLogin[] {
  const random = new SeededRandom(2);
  const pick = (values: readonly string[]): string => values[random.below(values.length)] ?? '';
  return Array.from({ length: 300 }, (_, index) => {
    const recordMs = FIRST_NEW_MS + index * 7 * MINUTE;
    const ageMs = index % 50 === 49 ? 4_320 * MINUTE : random.below(4 * MINUTE);
    const user = random.below(120);
    return [
      ...([user % PARTITIONS, user] as const),
      ...([pick(['2.0.0', '3.0.0']), pick(['web', 'android']), pick(['TX', 'NY'])] as const),
      ...([recordMs - ageMs, recordMs] as const),
    ];
  });
}

/** @returns what there has to be, from what was there before */
function sumOf(added: Recount): Recount {
  const { insights, minutes } = BEFORE;
  const newest = added.minutes.at(-1)?.[0] ?? '';
  const first = Date.parse(newest) - (SHOWN_MINUTES - 1) * MINUTE;
  return {
    total: insights.total + added.total,
    deviceTypes: merged(Object.entries(insights.deviceTypes), added.deviceTypes),
    appVersions: merged(Object.entries(insights.appVersions), added.appVersions),
    locales: merged(Object.entries(insights.locales), added.locales),
    minutes: merged(minutes, added.minutes).filter(([minute]) => Date.parse(minute) >= first),
    expired: insights.expired + added.expired,
    invalid: insights.invalid + added.invalid,
    future: insights.future + added.future,
  };
}

function merged(one: Tally, other: Tally): Tally {
  const sums = new Map(one);
  for (const [value, count] of other) sums.set(value, (sums.get(value) ?? 0) + count);
  return ascending([...sums]);
}

/** What does not reach back behind the day. */
function comparable(recounted: PeriodRecount): object {
  const { total, deviceTypes, appVersions, locales } = recounted;
  const { minutes, peaks, hours, versionHours, weekHours } = recounted;
  return {
    ...{ total, deviceTypes, appVersions, locales },
    ...{ minutes, peaks, hours, versionHours, weekHours },
  };
}

/** @param T what the caller reads of the answer; nothing checks it but the caller's expectations */
async function json<T>(service: Service, path: string): Promise<T> {
  return (await (await service.get(path)).json()) as T;
}
