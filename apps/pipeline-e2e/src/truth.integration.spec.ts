import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { Cluster } from './cluster.ts';
import { recount } from './recount.ts';
import { killServices, Service } from './service.ts';
import { tally } from './tally.ts';
import type { Tally } from './tally.ts';
import { TopicReader } from './topic-reader.ts';

const COUNT = 20_000;
const PASSING = ['2.0.0', '2.3.0'];

/** How many of each value. */
type Counts = Readonly<Record<string, number>>;

/** Logins counted in the ways of the insights, as the truth file has them. */
interface LoginCounts {
  readonly total: number;
  readonly deviceTypes: Counts;
  readonly locales: Counts;
  /** By UTC minute of the login's own time, such as `2024-12-17T18:47Z`. */
  readonly minutes: Counts;
}

/** What the test reads of the generator's truth file. */
interface Truth {
  readonly finished: boolean;
  readonly generated: number;
  readonly bad: number;
  readonly badByReason: Counts;
  readonly byAppVersion: Readonly<Record<string, LoginCounts>>;
}

/** What the test reads of the aggregator's answers. */
interface Insights {
  readonly complete: boolean;
  readonly total: number;
}
interface Traffic {
  readonly minutes: readonly { readonly minute: string; readonly count: number }[];
}
interface Ledger {
  readonly partitions: Readonly<Record<string, { readonly unaccounted: number }>>;
}

describe('the whole pipeline', () => {
  const folder = mkdtempSync(join(tmpdir(), 'login-pipeline-truth-'));
  let cluster: Cluster;

  beforeAll(async () => {
    cluster = await Cluster.connect();
  });
  afterEach(killServices);
  afterAll(async () => {
    await cluster.disconnect();
    rmSync(folder, { recursive: true });
  });

  it('arrives at the counts that the data generator knows to be true', async () => {
    const lane = await cluster.lane();
    const truth = await generate(lane.input);
    const generated = (await cluster.ends(lane.input)).reduce((sum, end) => sum + end, 0);
    expect(truth).toMatchObject({ finished: true, generated: COUNT, bad: COUNT / 20 });
    expect(generated).toBe(COUNT);

    const replicas = await startAggregators(lane.output);
    const transformer = await Service.start('transformer', {
      ...lane.settings,
      FILTER_APP_VERSIONS: PASSING.join(),
    });
    await transformer.until('all of its work', () => cluster.isDone(lane));
    expect(await transformer.stop()).toBe(0);

    const outputs = await TopicReader.readAll(cluster, lane.output);
    const expected = sumOf(PASSING.map((version) => truth.byAppVersion[version]));
    const { total, deviceTypes, locales, minutes } = recount(outputs.records);
    expect({
      total,
      deviceTypes: countsOf(deviceTypes),
      locales: countsOf(locales),
      minutes: countsOf(minutes),
    }).toEqual(expected);

    const deadLetters = await TopicReader.readAll(cluster, lane.deadLetter);
    const reasons = deadLetters.records.map(({ headers }) =>
      String(headers?.['x-dead-letter-reason']),
    );
    expect(countsOf(tally(reasons))).toEqual(truth.badByReason);

    for (const replica of replicas) await expectInsights(replica, expected, truth);
    expect(await Promise.all(replicas.map((replica) => replica.stop()))).toEqual([0, 0]);
  });

  /** Two, that share the partitions: each has to answer for all of them. */
  async function startAggregators(input: string): Promise<readonly Service[]> {
    const snapshots = `${input}-snapshots`;
    await cluster.createTopic(snapshots, 1, { 'cleanup.policy': 'compact' });
    const settings = {
      INPUT_TOPIC: input,
      SNAPSHOT_TOPIC: snapshots,
      GROUP_ID: `${input}-aggregator`,
      SNAPSHOT_INTERVAL_MS: '200',
    };
    const replicas = await Promise.all([
      Service.start('aggregator', settings),
      Service.start('aggregator', settings),
    ]);
    return Promise.all(replicas.map((replica) => replica.ready()));
  }

  async function expectInsights(
    replica: Service,
    { total, deviceTypes, locales, minutes }: LoginCounts,
    { byAppVersion }: Truth,
  ): Promise<void> {
    await replica.until('all logins', async () => {
      const insights = await json<Partial<Insights>>(replica, '/insights');
      // The last snapshot may have been taken between the last login and the marker behind it.
      return insights.total === total && insights.complete === true;
    });
    const appVersions = Object.fromEntries(
      PASSING.map((version) => [version, byAppVersion[version]?.total]),
    );
    expect(await json<Insights>(replica, '/insights')).toMatchObject({
      complete: true,
      total,
      deviceTypes,
      locales,
      appVersions,
      expired: 0,
      invalid: 0,
    });
    const traffic = await json<Traffic>(replica, '/insights/traffic');
    expect(Object.fromEntries(traffic.minutes.map((it) => [it.minute, it.count]))).toEqual(minutes);
    const { partitions } = await json<Ledger>(replica, '/ledger');
    expect(Object.values(partitions).map(({ unaccounted }) => unaccounted)).toEqual([0, 0, 0, 0]);
  }

  async function generate(topic: string): Promise<Truth> {
    const truthFile = join(folder, 'truth.json');
    const generator = await Service.start('data-generator', {
      OUTPUT_TOPIC: topic,
      RATE: '0',
      COUNT: String(COUNT),
      BAD_RATIO: '0.05',
      SEED: '7',
      TRUTH_FILE: truthFile,
    });
    expect(await generator.ended).toBe(0);
    return JSON.parse(readFileSync(truthFile, 'utf8')) as Truth;
  }
});

/** @param T what the caller reads of the answer; nothing checks it but the caller's expectations */
async function json<T>(service: Service, path: string): Promise<T> {
  return (await (await service.get(path)).json()) as T;
}

function countsOf(counted: Tally): Counts {
  return Object.fromEntries(counted);
}

/** @param parts an absent one counts nothing */
function sumOf(parts: readonly (LoginCounts | undefined)[]): LoginCounts {
  const merged = (of: (part: LoginCounts) => Counts): Counts => {
    const sums: Record<string, number> = {};
    for (const part of parts) {
      for (const [value, count] of Object.entries(part ? of(part) : {})) {
        sums[value] = (sums[value] ?? 0) + count;
      }
    }
    return sums;
  };
  return {
    total: parts.reduce((sum, part) => sum + (part?.total ?? 0), 0),
    deviceTypes: merged(({ deviceTypes }) => deviceTypes),
    locales: merged(({ locales }) => locales),
    minutes: merged(({ minutes }) => minutes),
  };
}
