import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { Cluster } from './cluster.ts';
import { ledgerOf } from './insights-answer.ts';
import { askAll, compared, contain, csvOf, differences, misjudgedUsers } from './asked-periods.ts';
import { exact, pathOf } from './period-answers.ts';
import { periodLogins } from './period-logins.ts';
import { recountPeriod } from './recount-periods.ts';
import { recount } from './recount.ts';
import { Replicas } from './replicas.ts';
import { SeededRandom } from './seeded-random.ts';
import { killServices } from './service.ts';
import { TopicReader } from './topic-reader.ts';

const PARTITIONS = 6;
const REPLICAS = 3;
const LOGINS = 24_000;
const KILLS = 10;
const DAYS = 10;
/** A dead member is counted out after 6 s, and its heir replays; a slow machine takes its time. */
const DEADLINE_MS = 300_000;

describe('aggregator, periods', () => {
  let cluster: Cluster;

  beforeAll(async () => {
    cluster = await Cluster.connect();
  });
  afterEach(killServices);
  afterAll(() => cluster.disconnect());

  it(
    `answers every question about every period as a recount does, from each of ${REPLICAS} replicas, after ${KILLS} kills`,
    async () => {
      const { topic, replicas } = await group();
      await writeUnderKills(topic, replicas);
      const { records } = await TopicReader.readAll(cluster, topic);
      const asked = await askAll(replicas.running, await cluster.ends(topic));

      expect(differences(asked)).toEqual([]);
      for (const each of await compared(asked, records)) {
        expect(exact(each.answered)).toEqual(exact(each.expected));
        expect(misjudgedUsers(each)).toEqual([]);
        expect(each.answered.period?.complete ?? true).toBe(true);
      }
      const traffic = pathOf('/insights/traffic', { last: '7d' });
      const ofSevenDays = recountPeriod(records, { last: '7d' }, asked.atMs);
      const rows = [['minute', 'count'], ...ofSevenDays.minutes].map((row) => `${row.join()}\r\n`);
      const bodies = asked.periods.flatMap((period) => period.bodies);
      expect(bodies.flatMap((body) => body.get(csvOf(traffic)) ?? [])).toEqual(
        Array.from({ length: REPLICAS }, () => rows.join('')),
      );
      const { total, expired, invalid, future } = recount(records, asked.atMs);
      expect(Math.min(expired, invalid - future, future)).toBeGreaterThan(100);
      for (const replica of replicas.running) {
        expect(await ledgerOf(replica)).toEqual({
          ...{ consumed: LOGINS, counted: total, expired, invalid, future, unaccounted: 0 },
        });
      }
    },
    DEADLINE_MS,
  );

  async function group(): Promise<{ topic: string; replicas: Replicas }> {
    const id = randomUUID();
    const topic = `e2e-processed-${id}`;
    const snapshots = `e2e-insights-${id}`;
    await cluster.createTopic(topic, PARTITIONS);
    await cluster.createTopic(snapshots, 2, { 'cleanup.policy': 'compact' });
    const replicas = new Replicas({
      INPUT_TOPIC: topic,
      SNAPSHOT_TOPIC: snapshots,
      GROUP_ID: `e2e-aggregator-${id}`,
      SNAPSHOT_INTERVAL_MS: '200',
      INSIGHTS_LOG_EVERY: '1000000',
    });
    await replicas.scaleTo(REPLICAS);
    return { topic, replicas };
  }

  /** A portion of the logins for each replica that is killed meanwhile, and one that all live to see. */
  async function writeUnderKills(topic: string, replicas: Replicas): Promise<void> {
    const random = new SeededRandom(1);
    const logins = periodLogins({
      ...{ count: LOGINS, partitions: PARTITIONS, days: DAYS, users: 4_000, seed: 1 },
      nowMs: Date.now(),
    });
    const portion = Math.ceil(LOGINS / (KILLS + 1));
    for (let kill = 0; kill <= KILLS; kill += 1) {
      const written = cluster.produce(topic, logins.slice(kill * portion, (kill + 1) * portion));
      if (kill < KILLS) await replicas.befall('kill', random.below(REPLICAS), () => undefined);
      await written;
      // Else none would be killed at work: the group would still be waiting for the one that died before.
      if (kill % 3 === 2) await contain(replicas.running, await cluster.ends(topic));
    }
  }
});
