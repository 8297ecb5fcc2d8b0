import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { decodeLogin, eventTimeMs } from '@login-pipeline/schema';
import { GOLDEN_LOGINS } from '@login-pipeline/schema/testing';
import * as fc from 'fast-check';
import { hasPostgres, startPostgres } from './start-postgres.ts';
import type { RunningPostgres } from './start-postgres.ts';

const TABLES = join(import.meta.dirname, '../../../../deploy/connect/tables.sql');
const TEST_TIMEOUT_MS = 120_000;
const GOOD = { app_version: '2.3.0', device_type: 'iOS', locale: 'TX', processed: true };

/** The tables and views of deploy/connect in a real PostgreSQL, with rows as the sinks write them. */
(hasPostgres() ? describe : describe.skip)('the views over processed logins', () => {
  const folder = mkdtempSync(join(tmpdir(), 'tables-'));
  let postgres: RunningPostgres;

  beforeAll(async () => {
    postgres = await startPostgres(folder);
    await postgres.load(TABLES);
  }, TEST_TIMEOUT_MS);
  afterAll(async () => {
    await postgres.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  it('can be made again over tables that hold rows', async () => {
    await holding([loginOf({})]);
    await postgres.load(TABLES);
    await answerForAllRows(1);
  });

  it('have every login that the contract knows, beside what is none', async () => {
    await holding(GOLDEN_LOGINS.map(({ value }) => value));
    const rows = await postgres.query(
      `SELECT "offset", user_id, app_version, device_type, ip, locale,
              floor(extract(epoch FROM logged_in_at) * 1000) AS ms FROM processed_logins`,
    );
    const byOffset = new Map(rows.map((row) => [row['offset'], row]));
    for (const [offset, { name, value, outcome }] of GOLDEN_LOGINS.entries()) {
      if (value === null || outcome !== 'valid') continue;
      const login = decodeLogin(value);
      if (typeof login === 'string') throw new Error(`${name} is no login: ${login}`);
      expect({ name, ...byOffset.get(offset) }).toMatchObject({
        name,
        user_id: login.user_id.toLowerCase(),
        app_version: storable(login.app_version),
        device_type: storable(login.device_type),
        locale: storable(login.locale),
        ms: eventTimeMs(login),
      });
    }
    await answerForAllRows(GOLDEN_LOGINS.length);
  });

  it(
    'answer for every login, whatever text its members hold and whatever rows lie beside it',
    async () => {
      const texts = fc.string({ unit: fc.oneof(ODD_UNIT, fc.string({ maxLength: 1 })) });
      const counted = fc.record({ app_version: texts, device_type: texts, locale: texts });
      const other = fc.dictionary(texts, fc.oneof(texts, fc.array(texts)), { maxKeys: 3 });
      await fc.assert(
        fc.asyncProperty(
          fc.array(fc.tuple(counted, other), { minLength: 1, maxLength: 40 }),
          fc.array(NO_LOGIN, { minLength: 1, maxLength: 40 }),
          async (logins, others) => {
            const members = logins.map(([own, more]) => ({ ...more, ...own }));
            await holding([...members.map(loginOf), ...others]);
            const rows = await postgres.query(
              `SELECT app_version, device_type, locale FROM processed_logins
               WHERE "offset" < ${members.length} ORDER BY "offset"`,
            );
            expect(rows).toEqual(
              logins.map(([own]) => ({
                app_version: storable(own.app_version),
                device_type: storable(own.device_type),
                locale: storable(own.locale),
              })),
            );
            await answerForAllRows(members.length + others.length);
          },
        ),
        { numRuns: 8 },
      );
    },
    TEST_TIMEOUT_MS,
  );

  it('take no record for a login whose time is none', async () => {
    const times = [
      'Infinity',
      '-inf',
      ' +Infinity ',
      'NaN',
      '1e300',
      -1e300,
      '9'.repeat(400),
      null,
    ];
    await holding([loginOf({}), ...times.map((timestamp) => loginOf({ timestamp }))]);
    expect(await postgres.query('SELECT "offset" FROM processed_logins')).toEqual([{ offset: 0 }]);
    await answerForAllRows(1 + times.length);
  });

  it('replace those of an earlier release, whose table takes every record from then on', async () => {
    const file = join(folder, 'earlier.sql');
    writeFileSync(file, EARLIER_TABLES);
    await postgres.load(file);
    await holding([loginOf({})]);
    await postgres.load(TABLES);
    await answerForAllRows(1);
    await postgres.load(TABLES);
    await holding([loginOf({}), null]);
    await answerForAllRows(2);
  });

  /** Replaces the records of the table. */
  async function holding(values: readonly (Buffer | null)[]): Promise<void> {
    const rows = values.map((value, offset) => {
      const bytes = value === null ? 'NULL' : `'\\x${value.toString('hex')}'`;
      return `('logins', 0, ${offset}, ${bytes})`;
    });
    const file = join(folder, 'rows.sql');
    writeFileSync(
      file,
      `TRUNCATE processed_login_records; INSERT INTO processed_login_records VALUES ${rows.join()};`,
    );
    await postgres.load(file);
  }

  /** Every record is in one of two views, and every other view counts the logins. */
  async function answerForAllRows(count: number): Promise<void> {
    const [{ logins, unreadable, ...sums } = {}] = await postgres.query(
      `SELECT
         (SELECT json_agg(row) FROM processed_logins AS row) AS logins,
         (SELECT json_agg(row) FROM unreadable_logins AS row) AS unreadable,
         (SELECT sum(logins) FROM logins_by_device_type) AS by_device_type,
         (SELECT sum(logins) FROM logins_by_app_version) AS by_app_version,
         (SELECT sum(logins) FROM logins_by_locale) AS by_locale,
         (SELECT sum(logins) FROM logins_by_minute) AS by_minute`,
    );
    const readable = offsets(logins);
    expect([...readable, ...offsets(unreadable)].toSorted((one, other) => one - other)).toEqual([
      ...Array(count).keys(),
    ]);
    // The sum over no rows is null.
    expect(new Set(Object.values(sums))).toEqual(new Set([readable.length || null]));
  }
});

/** @returns where the rows of a view have their records; a view without rows is null */
function offsets(rows: unknown): readonly number[] {
  return ((rows ?? []) as readonly { readonly offset: number }[]).map(({ offset }) => offset);
}

/** A table that wanted a value in every record, and views that read it without functions. */
const EARLIER_TABLES = `
  DROP SCHEMA public CASCADE;
  CREATE SCHEMA public;
  CREATE TABLE processed_login_records (
    __connect_topic     text    NOT NULL,
    __connect_partition integer NOT NULL,
    __connect_offset    bigint  NOT NULL,
    value               bytea   NOT NULL,
    PRIMARY KEY (__connect_topic, __connect_partition, __connect_offset)
  );
  CREATE VIEW processed_logins AS
  SELECT
    __connect_topic     AS topic,
    __connect_partition AS partition,
    __connect_offset    AS "offset",
    text,
    (json ->> 'user_id')::uuid  AS user_id,
    json ->> 'app_version'      AS app_version,
    json ->> 'device_type'      AS device_type,
    (json ->> 'ip')::inet       AS ip,
    json ->> 'locale'           AS locale,
    to_timestamp((json ->> 'timestamp')::numeric) AS logged_in_at
  FROM processed_login_records
  CROSS JOIN LATERAL (SELECT convert_from(value, 'UTF8') AS text) AS decoded
  CROSS JOIN LATERAL (SELECT text::json AS json) AS parsed;
  CREATE VIEW logins_by_minute AS
  SELECT date_trunc('minute', logged_in_at, 'UTC') AS minute, count(*) AS logins FROM processed_logins GROUP BY 1;
`;

/** What a text of PostgreSQL does not take, and what looks like it in JSON. */
const ODD_UNIT = fc.constantFrom(
  ...['\0', '\uD83D', '\uDE00', '\u{1F600}', '\uFFFF', '\\', '"', 'u0000', 'ud83d', '\n', "'"],
);

/** What no login is made of. */
const NO_LOGIN = fc.oneof(
  fc.constantFrom(
    null,
    ...GOLDEN_LOGINS.filter(({ outcome }) => outcome !== 'valid').map(({ value }) => value),
  ),
  fc.uint8Array({ maxLength: 12 }).map((bytes) => Buffer.from(bytes)),
  fc.uint8Array({ maxLength: 12 }).map((bytes) => Buffer.concat([Buffer.alloc(5), bytes])),
  fc.json().map((text) => Buffer.from(text)),
  fc.nat(120).map((length) => loginOf({}).subarray(0, length)),
  fc
    .constantFrom('user_id', 'ip', 'timestamp')
    .chain((member) => fc.json().map((value) => loginOf({ [member]: value }))),
  fc.constant(Buffer.from('['.repeat(100_000))),
);

function loginOf(members: Readonly<Record<string, unknown>>): Buffer {
  const user_id = '424cdd21-063a-43a7-b91b-7ca1a833afae';
  const login = { user_id, ip: '10.1.2.3', timestamp: 1734547631, ...GOOD, ...members };
  return Buffer.from(JSON.stringify(login));
}

/** @returns the text as the insights have it, too */
function storable(text: string): string {
  return Buffer.from(text.replaceAll('\0', '\uFFFD')).toString();
}
