import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { TestCluster, waitFor } from '@login-pipeline/nest-streams/testing';
import type { ReadRecord } from '@login-pipeline/nest-streams/testing';
import { runPipeline } from './run-pipeline.ts';
import type { PipelineTopics, RunPipeline } from './run-pipeline.ts';
import { deployedConnector, startConnect } from './start-connect.ts';
import type { RunningConnect } from './start-connect.ts';
import { startPostgres } from './start-postgres.ts';
import type { RunningPostgres } from './start-postgres.ts';

const ROOT = join(import.meta.dirname, '../../../..');
const LOGINS = 2_000;
const DELIVERY_MS = 60_000;

type Counts = Readonly<Record<string, number>>;

interface InsightsAnswer {
  readonly total: number;
  readonly deviceTypes: Counts;
  readonly appVersions: Counts;
  readonly locales: Counts;
}

interface TrafficAnswer {
  readonly minutes: readonly { readonly minute: string; readonly count: number }[];
}

/** A pipeline of its own: the services as built, a Connect worker and a PostgreSQL. */
describe('sinks', () => {
  const folder = mkdtempSync(join(tmpdir(), 'sinks-'));
  const cluster = new TestCluster();
  let pipeline: RunPipeline;
  let postgres: RunningPostgres;
  let connect: RunningConnect;
  let topics: PipelineTopics;
  let processed: readonly ReadRecord[];
  let deadLetters: readonly ReadRecord[];

  beforeAll(async () => {
    const retention = { 'retention.ms': '-1' };
    topics = {
      input: await cluster.topic('logins', { partitions: 2, config: retention }),
      output: await cluster.topic('processed', { partitions: 2, config: retention }),
      dead: await cluster.topic('dead', {
        partitions: 2,
        config: { 'message.timestamp.type': 'LogAppendTime' },
      }),
      snapshots: await cluster.topic('snapshots', { config: { 'cleanup.policy': 'compact' } }),
      counts: await cluster.topic('counts', { config: { 'cleanup.policy': 'compact,delete' } }),
    };
    const brokers = cluster.connection.brokers.join();
    [postgres, pipeline] = await Promise.all([
      startPostgres(folder),
      runPipeline(cluster, topics, LOGINS, folder),
    ]);
    await postgres.load(join(ROOT, 'deploy', 'connect', 'tables.sql'));
    connect = await startConnect(brokers, folder, {
      POSTGRES_URL: `jdbc:postgresql://127.0.0.1:${postgres.port}/postgres`,
      POSTGRES_USER: 'sink',
      POSTGRES_PASSWORD: 'not needed',
    });
    processed = await cluster.read(topics.output);
    deadLetters = await cluster.read(topics.dead);
  }, 300_000);
  afterAll(async () => {
    await pipeline.stop();
    await connect.stop();
    await postgres.stop();
    await cluster.close();
    rmSync(folder, { recursive: true, force: true });
  });

  it(
    'PostgreSQL has every processed login, as its text says, and the counts of the insights',
    async () => {
      await connect.run('processed', {
        ...deployedConnector('processed-logins'),
        topics: topics.output,
      });
      await delivered('processed_login_records', processed.length);
      expect(processed.length).toBeGreaterThan(LOGINS / 10);

      const rows = await postgres.query(
        `SELECT partition, "offset", text, user_id, app_version, device_type, host(ip) AS ip, locale,
                extract(epoch FROM logged_in_at) AS seconds FROM processed_logins`,
      );
      expect(inOrder(rows)).toEqual(
        inOrder(
          processed.map(({ partition, offset, value }) => {
            const text = String(value);
            const login = JSON.parse(text) as Record<string, string>;
            const time = Number(login['timestamp']);
            return {
              partition,
              offset: Number(offset),
              text,
              user_id: login['user_id']?.toLowerCase(),
              app_version: login['app_version'],
              device_type: login['device_type'],
              ip: canonicalAddress(login['ip'] ?? ''),
              locale: login['locale'],
              seconds: time < 1e11 ? time : time / 1000,
            };
          }),
        ),
      );
      const byLocale = await postgres.query('SELECT * FROM logins_by_locale');
      expect(new Map(byLocale.map(({ locale, logins }) => [locale, logins]))).toEqual(
        countedBy((login) => login['locale']),
      );
      const byMinute = await postgres.query(
        'SELECT extract(epoch FROM minute) AS minute, logins FROM logins_by_minute',
      );
      expect(new Map(byMinute.map(({ minute, logins }) => [minute, logins]))).toEqual(
        countedBy((login) => {
          const time = Number(login['timestamp']);
          return Math.floor((time < 1e11 ? time : time / 1000) / 60) * 60;
        }),
      );
    },
    DELIVERY_MS,
  );

  it(
    'PostgreSQL has the insights as the aggregator answers them, and keeps the newest of each count',
    async () => {
      await connect.run('insights', {
        ...deployedConnector('insight-counts'),
        topics: topics.counts,
      });
      await waitFor(
        'the counts of all logins',
        async () => {
          const [row] = await postgres.query(`SELECT logins FROM insights WHERE value = 'counted'`);
          return Number(row?.['logins']) === processed.length;
        },
        DELIVERY_MS,
      );
      const answer = await asked<InsightsAnswer>('');
      const { minutes } = await asked<TrafficAnswer>('/traffic');
      expect(answer).toMatchObject({ complete: true, total: processed.length });
      expect(await insights('device_type')).toEqual(answer.deviceTypes);
      expect(await insights('locale')).toEqual(answer.locales);
      expect(await insights('app_version')).toEqual(answer.appVersions);
      expect(await insights('minute')).toEqual(
        Object.fromEntries(minutes.map(({ minute, count }) => [minute, count])),
      );

      const days = await postgres.query('SELECT day, logins FROM daily_logins');
      expect(days.reduce((sum, { logins }) => sum + Number(logins), 0)).toBe(processed.length);
      for (const { day: date, logins } of days) {
        const day = String(date);
        const ofDay = await asked<InsightsAnswer>(`?day=${day}`);
        expect(ofDay.total).toBe(logins);
        expect(await insights('device_type', day)).toEqual(ofDay.deviceTypes);
        expect(await insights('locale', day)).toEqual(ofDay.locales);
        expect(await insights('app_version', day)).toEqual(ofDay.appVersions);
      }

      const [{ key, value } = { key: null, value: null }] = await cluster.read(topics.counts);
      const row = JSON.parse(String(value)) as Row;
      // As an earlier release writes it.
      const last = { ...row, value: 'last', day: undefined };
      const written = [
        { key, row: { ...row, logins: 77, next_offset: 1_000_000 } },
        { key, row: { ...row, logins: 76, next_offset: 999_999 } },
        { key: 'last', row: last },
      ];
      for (const { key: name, row: changed } of written) {
        await cluster.produce(topics.counts, [{ key: name, value: JSON.stringify(changed) }]);
      }
      const logins = (name: string): Promise<readonly Row[]> =>
        postgres.query(`SELECT logins, day FROM insight_counts WHERE name = '${name}'`);
      await waitFor('the last row', async () => (await logins('last')).length === 1, DELIVERY_MS);
      expect(await logins(String(key))).toEqual([{ logins: 77, day: row['day'] }]);
      expect(await logins('last')).toEqual([{ logins: row['logins'], day: '' }]);
    },
    DELIVERY_MS,
  );

  it(
    'PostgreSQL has every dead letter, byte for byte, with its reason and where it came from',
    async () => {
      await connect.run('dead', { ...deployedConnector('dead-letters'), topics: topics.dead });
      await delivered('dead_letters', deadLetters.length);
      expect(deadLetters).toHaveLength(LOGINS / 20);
      const rows = await postgres.query(
        `SELECT __connect_partition AS partition, __connect_offset AS "offset", encode(value, 'hex') AS value,
                reason, stage, source_topic, source_partition, source_offset, failed_at, service FROM dead_letters`,
      );
      expect(inOrder(rows)).toEqual(
        inOrder(
          deadLetters.map(({ partition, offset, value, headers }) => {
            const values = Object.fromEntries(headers) as Record<string, unknown>;
            const header = (name: string): string => String(values[`x-dead-letter-${name}`]);
            return {
              partition,
              offset: Number(offset),
              value: value?.toString('hex') ?? null,
              reason: header('reason'),
              stage: header('stage'),
              source_topic: topics.input,
              source_partition: header('partition'),
              source_offset: header('offset'),
              failed_at: header('time'),
              service: header('service'),
            };
          }),
        ),
      );
    },
    DELIVERY_MS,
  );

  it('the views read framed logins like plain ones', async () => {
    const [{ value } = { value: null }] = processed;
    const framed = Buffer.concat([Buffer.from([0, 0, 0, 0, 7]), value ?? Buffer.of()]);
    const rows = `('framed', 0, 0, '\\x${framed.toString('hex')}'::bytea)`;
    await postgres.run(`INSERT INTO processed_login_records VALUES ${rows}`);
    const [row] = await postgres.query(`SELECT text FROM processed_logins WHERE topic = 'framed'`);
    expect(row).toEqual({ text: String(value) });
  });

  it(
    'a file has every processed login as a line',
    async () => {
      const file = join(folder, 'processed.jsonl');
      const config = { ...deployedConnector('processed-logins-file'), topics: topics.output, file };
      await connect.run('file', config);
      const lines = await waitFor(
        'all lines',
        () => {
          const found = readFileSync(file, 'utf8').split('\n').slice(0, -1);
          return found.length >= processed.length && found;
        },
        DELIVERY_MS,
      );
      expect(lines.toSorted()).toEqual(processed.map(({ value }) => String(value)).toSorted());
    },
    DELIVERY_MS,
  );

  async function asked<Answer>(path: string): Promise<Answer> {
    return (await (await fetch(pipeline.insightsUrl + path)).json()) as Answer;
  }

  /** What the database says of an insight, by value: since the beginning, or of a day. */
  async function insights(insight: string, day?: string): Promise<Counts> {
    const of = day === undefined ? 'insights WHERE' : `daily_insights WHERE day = '${day}' AND`;
    const rows = await postgres.query(`SELECT value, logins FROM ${of} insight = '${insight}'`);
    return Object.fromEntries(rows.map(({ value, logins }) => [String(value), Number(logins)]));
  }

  async function delivered(table: string, count: number): Promise<void> {
    await waitFor(
      `${count} rows in ${table}`,
      async () => {
        const [row] = await postgres.query(`SELECT count(*) AS rows FROM ${table}`);
        return Number(row?.['rows']) >= count;
      },
      DELIVERY_MS,
    );
  }

  function countedBy(
    by: (login: Readonly<Record<string, unknown>>) => unknown,
  ): ReadonlyMap<unknown, number> {
    const counts = new Map<unknown, number>();
    for (const { value } of processed) {
      const key = by(JSON.parse(String(value)) as Record<string, unknown>);
      counts.set(key, (counts.get(key) ?? 0) + 1);
    }
    return counts;
  }
});

/** An IPv6 address has many spellings; a URL has one of them. */
function canonicalAddress(address: string): string {
  return address.includes(':') ? new URL(`http://[${address}]`).hostname.slice(1, -1) : address;
}

type Row = Readonly<Record<string, unknown>>;

function inOrder(rows: readonly Row[]): readonly Row[] {
  const place = ({ partition, offset }: Row): number => Number(partition) * 1e9 + Number(offset);
  return rows.toSorted((one, other) => place(one) - place(other));
}
