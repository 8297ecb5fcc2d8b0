import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { Cluster } from './cluster.ts';
import { countedRows } from './count-rows.ts';
import { countedBy, insightsText, ledgerOf, reaches } from './insights-answer.ts';
import type { InsightsAnswer } from './insights-answer.ts';
import { InsightsWatch } from './insights-watch.ts';
import { LoginWriter } from './login-writer.ts';
import { recount, recountDays } from './recount.ts';
import { Replicas } from './replicas.ts';
import type { Mishap } from './replicas.ts';
import { SeededRandom } from './seeded-random.ts';
import { killServices } from './service.ts';
import type { Tally } from './tally.ts';
import { TopicReader } from './topic-reader.ts';

const PARTITIONS = 8;
/** The pace of the writing: so long for each mishap. */
const MS_PER_MISHAP = 9_000;
/** A dead member is counted out after 6 s, and its heir replays; a slow machine takes its time. */
const CATCH_UP_MS = 90_000;

/** E2E_LOGINS and the like scale the test up; the defaults suit every run of all tests. */
function scale(name: string, usual: number): number {
  return Number(process.env[`E2E_${name}`] ?? usual);
}

const LOGINS = scale('LOGINS', 60_000);
const MISHAPS: Readonly<Record<Mishap, number>> = {
  kill: scale('KILLS', 4),
  freeze: scale('FREEZES', 1),
  stop: scale('STOPS', 1),
};
const SEED = scale('SEED', 1);
const PLAN = Object.entries(MISHAPS).flatMap(([mishap, times]) =>
  Array.from({ length: times }, () => mishap as Mishap),
);
const CHAOS_MS = PLAN.length * MS_PER_MISHAP;

describe('aggregator, replicas', () => {
  const cleanups: (() => Promise<void>)[] = [];
  let cluster: Cluster;

  beforeAll(async () => {
    cluster = await Cluster.connect();
  });
  afterEach(async () => {
    await Promise.all(cleanups.splice(0).map((cleanup) => cleanup()));
    await killServices();
  });
  afterAll(() => cluster.disconnect());

  it(
    `agree with a recount of ${LOGINS} records after kills, freezes and stops (E2E_SEED=${SEED})`,
    async () => {
      const { topic, counts, replicas } = await group();
      await replicas.scaleTo(3);
      const writer = write(topic, LOGINS, CHAOS_MS);
      const watch = watching(writer, replicas);
      const random = new SeededRandom(SEED);
      for (const [index, mishap] of random.shuffled(PLAN).entries()) {
        await writer.reaches((index + 0.5) / PLAN.length);
        watch.expects(mishap, await cluster.ends(topic));
        await replicas.befall(mishap, random.below(3), (replica) => {
          if (mishap === 'freeze') watch.thawed(replica);
        });
      }
      await writer.done;
      await containAll(topic, replicas);
      await watch.stop();

      await expectExactCounts(topic, replicas, LOGINS);
      await expectRowsAgree({ topic, counts }, replicas);
      expect(watch.faults.slice(0, 3)).toEqual([]);
      report(watch);
    },
    2 * CHAOS_MS + 3 * CATCH_UP_MS,
  );

  it(
    'answer without a fault while their number goes from 1 to 3 and back',
    async () => {
      const { topic, replicas } = await group();
      await replicas.scaleTo(1);
      const writer = write(topic, 20_000, 20_000);
      const watch = watching(writer, replicas);
      await writer.reaches(0.2);
      await replicas.scaleTo(3);
      await writer.reaches(0.6);
      expect(await replicas.scaleDown()).toBe(0);
      expect(await replicas.scaleDown()).toBe(0);
      await writer.done;
      await containAll(topic, replicas);
      await watch.stop();

      await expectExactCounts(topic, replicas, 20_000);
      expect(watch.faults.slice(0, 3)).toEqual([]);
    },
    2 * CATCH_UP_MS,
  );

  async function group(): Promise<{ topic: string; counts: string; replicas: Replicas }> {
    const id = randomUUID();
    const topic = `e2e-processed-${id}`;
    const snapshots = `e2e-insights-${id}`;
    await cluster.createTopic(topic, PARTITIONS);
    await cluster.createTopic(snapshots, 4, { 'cleanup.policy': 'compact' });
    const counts = `e2e-counts-${id}`;
    await cluster.createTopic(counts, 4, { 'cleanup.policy': 'compact' });
    const settings = {
      INPUT_TOPIC: topic,
      SNAPSHOT_TOPIC: snapshots,
      INSIGHT_COUNTS_TOPIC: counts,
      GROUP_ID: `e2e-aggregator-${id}`,
      INSIGHTS_LOG_EVERY: '1000000',
    };
    return { topic, counts, replicas: new Replicas(settings) };
  }

  function write(topic: string, count: number, durationMs: number): LoginWriter {
    const writer = new LoginWriter(cluster, { topic, partitions: PARTITIONS, count, durationMs });
    cleanups.push(() => writer.stop());
    return writer;
  }

  function watching(writer: LoginWriter, replicas: Replicas): InsightsWatch {
    const watch = new InsightsWatch(writer, () => replicas.running);
    cleanups.push(() => watch.stop());
    return watch;
  }

  /** Waits until every replica answers for the whole topic. */
  async function containAll(topic: string, replicas: Replicas): Promise<void> {
    const ends = await cluster.ends(topic);
    for (const replica of replicas.running) {
      await replica.until(
        'answers for all',
        async () => {
          const text = await insightsText(replica).catch(() => undefined);
          if (text === undefined) return false;
          const answer = JSON.parse(text) as InsightsAnswer;
          return answer.complete && reaches(answer, ends);
        },
        CATCH_UP_MS,
      );
    }
  }

  /** A reader of the topic of the counts comes to what the replicas answer; minutes and days gone by stay there. */
  async function expectRowsAgree(
    { topic, counts }: { topic: string; counts: string },
    replicas: Replicas,
  ): Promise<void> {
    const [replica] = replicas.running;
    if (replica === undefined) throw new Error('No replica runs');
    const { minutes, ...answered } = await countedBy(replica);
    const records = answered.total + answered.expired + answered.invalid;
    const { all, byDay } = await replica.until('the counts of all records', async () => {
      const found = await countedRows(cluster, counts);
      return found.all.total + found.all.expired + found.all.invalid === records && found;
    });
    expect({ ...answered, ...all, minutes }).toEqual({ ...answered, minutes });
    expect(onlyOf(minutes, all.minutes)).toEqual(minutes);
    const days = recountDays((await TopicReader.readAll(cluster, topic)).records);
    for (const dimension of ['deviceTypes', 'appVersions', 'locales'] as const) {
      expect(onlyOf(days[dimension], byDay[dimension])).toEqual(days[dimension]);
    }
  }

  /** The replicas agree with each other to the letter, and with the topic. */
  async function expectExactCounts(
    topic: string,
    replicas: Replicas,
    records: number,
  ): Promise<void> {
    const expected = recount((await TopicReader.readAll(cluster, topic)).records);
    expect(expected.total + expected.expired + expected.invalid).toBe(records);
    const [first = '', ...others] = await Promise.all(replicas.running.map(insightsText));
    for (const other of others) expect(other).toBe(first);
    for (const replica of replicas.running) {
      expect(await countedBy(replica)).toEqual(expected);
      expect(await ledgerOf(replica)).toMatchObject({
        consumed: records,
        counted: expected.total,
        unaccounted: 0,
      });
    }
  }
});

/** @returns what the rows say of the values that are expected */
function onlyOf(expected: Tally, rows: Tally): Tally {
  const values = new Set(expected.map(([value]) => value));
  return rows.filter(([value]) => values.has(value));
}

/** The figures of a run, for those who scale it up. */
function report({ answers, recoveries }: InsightsWatch): void {
  if (process.env['E2E_LOGINS'] === undefined) return;
  const rows = (Object.keys(MISHAPS) as Mishap[]).map((mishap) => {
    const times = recoveries.filter((recovery) => recovery.mishap === mishap).map(({ ms }) => ms);
    return `| ${mishap} | ${times.length} | ${(Math.max(...times) / 1_000).toFixed(1)} |\n`;
  });
  process.stdout.write(
    `\n${LOGINS} records, none lost, none counted twice; ${answers} answers held against each other\n\n` +
      `| mishap | times | longest until all are complete again, s |\n| --- | --: | --: |\n${rows.join('')}\n`,
  );
}
