import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { hasPostgres, startPostgres } from './start-postgres.ts';
import type { RunningPostgres } from './start-postgres.ts';

const TABLES = join(import.meta.dirname, '../../../../deploy/connect/tables.sql');
const START_TIMEOUT_MS = 120_000;
/** Members of a row beside its key. */
const VALUE_COLUMNS = [
  ...['partition', 'insight', 'value', 'day', 'logins'],
  ...['first_seen_ms', 'last_seen_ms', 'next_offset'],
];

/** A row as the aggregator writes it. */
interface CountRow {
  readonly partition: number;
  readonly insight: string;
  readonly value: string;
  readonly day?: string;
  readonly logins: number;
  readonly first_seen_ms?: number;
  readonly last_seen_ms?: number;
  readonly next_offset: number;
}

/** Counts of two partitions and two days: 5 logins before the first of them, which only minutes tell of. */
const ROWS: readonly CountRow[] = [
  ...of(0, 'device_type', 'android', { '': 9, '2026-11-30': 3, '2026-12-01': 4 }),
  ...of(1, 'device_type', 'android', { '': 3, '2026-12-01': 2 }),
  ...of(1, 'device_type', 'iOS', { '': 4, '2026-11-30': 1 }),
  {
    ...row(0, 'app_version', '2.0.0', '', 9),
    first_seen_ms: 1_000,
    last_seen_ms: 2_500,
  },
  {
    ...row(1, 'app_version', '2.0.0', '', 7),
    first_seen_ms: 500,
    last_seen_ms: 2_000,
  },
  ...of(0, 'app_version', '2.0.0', { '2026-11-30': 3, '2026-12-01': 4 }),
  ...of(1, 'app_version', '2.0.0', { '2026-11-30': 1, '2026-12-01': 2 }),
  ...of(0, 'locale', 'TX', { '': 9, '2026-11-30': 3, '2026-12-01': 4 }),
  ...of(1, 'locale', 'other', { '': 7, '2026-11-30': 1, '2026-12-01': 2 }),
  ...of(0, 'minute', '2026-11-29T10:15Z', { '': 2 }),
  ...of(1, 'minute', '2026-11-29T10:15Z', { '': 4 }),
  ...of(0, 'minute', '2026-11-30T23:59Z', { '': 3 }),
  ...of(1, 'minute', '2026-11-30T00:00Z', { '': 1 }),
  ...of(0, 'minute', '2026-12-01T00:00Z', { '': 4 }),
  ...of(1, 'minute', '2026-12-01T00:00Z', { '': 2 }),
  ...of(0, 'outcome', 'counted', { '': 9 }),
  ...of(1, 'outcome', 'counted', { '': 7 }),
];

/** Table and views of deploy/connect in a real PostgreSQL, with rows as the sink writes them. */
(hasPostgres() ? describe : describe.skip)('the views over the counts of insights', () => {
  const folder = mkdtempSync(join(tmpdir(), 'counts-'));
  let postgres: RunningPostgres;

  beforeAll(async () => {
    postgres = await startPostgres(folder);
    await postgres.load(TABLES);
  }, START_TIMEOUT_MS);
  beforeEach(async () => {
    await postgres.run('TRUNCATE insight_counts');
    await upsert(...ROWS);
  });
  afterAll(async () => {
    await postgres.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  it('insights: sums over the partitions since the beginning, whatever there is of days', async () => {
    const select = `SELECT insight, value, logins, extract(epoch FROM first_seen_at) AS first,
                           extract(epoch FROM last_seen_at) AS last FROM insights
                    WHERE insight <> 'minute' ORDER BY insight, value`;
    const expected = [
      { insight: 'app_version', value: '2.0.0', logins: 16, first: 0.5, last: 2.5 },
      { insight: 'device_type', value: 'android', logins: 12, first: null, last: null },
      { insight: 'device_type', value: 'iOS', logins: 4, first: null, last: null },
      { insight: 'locale', value: 'other', logins: 7, first: null, last: null },
      { insight: 'locale', value: 'TX', logins: 9, first: null, last: null },
      { insight: 'outcome', value: 'counted', logins: 16, first: null, last: null },
    ];
    const byName = (rows: typeof expected): unknown[] => rows.toSorted(byInsightAndValue);
    const rows = (await postgres.query(select)) as unknown as typeof expected;
    expect(byName(rows)).toEqual(byName(expected));
    expect(
      await postgres.query(
        "SELECT value, logins FROM insights WHERE insight = 'minute' ORDER BY value LIMIT 2",
      ),
    ).toEqual([
      { value: '2026-11-29T10:15Z', logins: 6 },
      { value: '2026-11-30T00:00Z', logins: 1 },
    ]);
  });

  it('daily_device_types, daily_app_versions, daily_locales: sums by day and value', async () => {
    const daily = (name: string): Promise<unknown> =>
      postgres.query(`SELECT * FROM daily_${name}s ORDER BY day, ${name} COLLATE "C"`);
    expect(await daily('device_type')).toEqual([
      { day: '2026-11-30', device_type: 'android', logins: 3 },
      { day: '2026-11-30', device_type: 'iOS', logins: 1 },
      { day: '2026-12-01', device_type: 'android', logins: 6 },
    ]);
    expect(await daily('app_version')).toEqual([
      { day: '2026-11-30', app_version: '2.0.0', logins: 4 },
      { day: '2026-12-01', app_version: '2.0.0', logins: 6 },
    ]);
    expect(await daily('locale')).toEqual([
      { day: '2026-11-30', locale: 'TX', logins: 3 },
      { day: '2026-11-30', locale: 'other', logins: 1 },
      { day: '2026-12-01', locale: 'TX', logins: 4 },
      { day: '2026-12-01', locale: 'other', logins: 2 },
    ]);
  });

  it('daily_insights: every insight that has counts of days, those to come as well', async () => {
    await upsert(row(0, 'weather', 'rain', '2026-12-01', 6));
    const sums = await postgres.query(
      'SELECT insight, sum(logins) AS logins FROM daily_insights GROUP BY insight ORDER BY insight',
    );
    expect(sums).toEqual([
      { insight: 'app_version', logins: 10 },
      { insight: 'device_type', logins: 10 },
      { insight: 'locale', logins: 10 },
      { insight: 'weather', logins: 6 },
    ]);
    const [type] = await postgres.query(
      'SELECT pg_typeof(day)::text AS type FROM daily_insights LIMIT 1',
    );
    expect(type).toEqual({ type: 'date' });
  });

  it('daily_logins: all logins of a day, of those before there were counts of days as well', async () => {
    expect(await postgres.query('SELECT * FROM daily_logins ORDER BY day')).toEqual([
      { day: '2026-11-29', logins: 6 },
      { day: '2026-11-30', logins: 4 },
      { day: '2026-12-01', logins: 6 },
    ]);
  });

  it('have of each count the newest row', async () => {
    const newer = row(1, 'device_type', 'android', '2026-12-01', 5, 20);
    await upsert(newer, { ...newer, logins: 3, next_offset: 15 });
    const android = "device_type = 'android' AND day = '2026-12-01'";
    expect(await postgres.query(`SELECT logins FROM daily_device_types WHERE ${android}`)).toEqual([
      { logins: 9 },
    ]);
    expect(await postgres.query("SELECT logins FROM insights WHERE value = 'android'")).toEqual([
      { logins: 12 },
    ]);
  });

  it('replace those of an earlier release, whose counts are since the beginning', async () => {
    const file = join(folder, 'earlier.sql');
    writeFileSync(file, EARLIER_TABLE);
    await postgres.load(file);
    await postgres.load(TABLES);
    await upsert(row(1, 'minute', '2026-11-29T10:15Z', '', 2), ...ROWS.slice(0, 3));
    await postgres.load(TABLES);
    expect(
      await postgres.query("SELECT value, logins FROM insights WHERE insight <> 'minute'"),
    ).toEqual([{ value: 'android', logins: 9 }]);
    expect(await postgres.query('SELECT * FROM daily_logins')).toEqual([
      { day: '2026-11-29', logins: 7 },
    ]);
    expect(await postgres.query('SELECT day, logins FROM daily_insights ORDER BY day')).toEqual([
      { day: '2026-11-30', logins: 3 },
      { day: '2026-12-01', logins: 4 },
    ]);
  });

  /** Writes rows as the sink does: by their keys, in order, with what the schema of the connector has by default. */
  async function upsert(...rows: readonly CountRow[]): Promise<void> {
    const columns = [...VALUE_COLUMNS, 'name'].join();
    const changes = VALUE_COLUMNS.map((column) => `${column} = excluded.${column}`).join();
    const statements = rows.map((counted) => {
      const { partition, insight, value, day = '' } = counted;
      const name = [partition, insight, value, ...(day === '' ? [] : [day])].join('/');
      return `INSERT INTO insight_counts (${columns}) SELECT ${columns}
              FROM json_populate_record(NULL::insight_counts, '${JSON.stringify({ ...counted, day, name })}')
              ON CONFLICT (name) DO UPDATE SET ${changes};`;
    });
    await postgres.run(statements.join('\n'));
  }
});

/** A table that knew no days, and the view over it. */
const EARLIER_TABLE = `
  DROP SCHEMA public CASCADE;
  CREATE SCHEMA public;
  CREATE TABLE insight_counts (
    name          text    PRIMARY KEY,
    partition     integer NOT NULL,
    insight       text    NOT NULL,
    value         text    NOT NULL,
    logins        bigint  NOT NULL,
    first_seen_ms bigint,
    last_seen_ms  bigint,
    next_offset   bigint  NOT NULL
  );
  CREATE VIEW insights AS
  SELECT
    insight,
    value,
    sum(logins)::bigint                         AS logins,
    to_timestamp(min(first_seen_ms) / 1000.0)   AS first_seen_at,
    to_timestamp(max(last_seen_ms) / 1000.0)    AS last_seen_at
  FROM insight_counts
  GROUP BY insight, value;
  INSERT INTO insight_counts VALUES
    ('0/device_type/android', 0, 'device_type', 'android', 5, NULL, NULL, 5),
    ('0/minute/2026-11-29T10:15Z', 0, 'minute', '2026-11-29T10:15Z', 5, NULL, NULL, 5);
`;

/** @param logins by day; empty: since the beginning */
function of(
  partition: number,
  insight: string,
  value: string,
  logins: Readonly<Record<string, number>>,
): readonly CountRow[] {
  return Object.entries(logins).map(([day, count]) => row(partition, insight, value, day, count));
}

function row(
  partition: number,
  insight: string,
  value: string,
  day: string,
  logins: number,
  next_offset = 10,
): CountRow {
  return { partition, insight, value, day, logins, next_offset };
}

function byInsightAndValue(
  a: { readonly insight: string; readonly value: string },
  b: { readonly insight: string; readonly value: string },
): number {
  return `${a.insight} ${a.value}` < `${b.insight} ${b.value}` ? -1 : 1;
}
