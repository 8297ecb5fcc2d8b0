import fc from 'fast-check';
import { aLogin } from '@login-pipeline/schema/testing';
import { CODECS } from '../codecs.ts';
import type { CodecName } from '../codecs.ts';
import { PUBLISHED_MEMBERS } from '../login-rules.ts';
import type { WireHeader } from '../wire/record-batch.ts';

/**
 * What Kafka lets a producer write: any bytes in any place, any time, any compression. A value is
 * made from an id, which it carries as its `user_id` where it is a login, so that what comes out
 * can be traced to what went in.
 */

/** What a value is to the pipeline. */
export type ValueKind = 'login' | 'filtered login' | 'no login';

export interface OddValue {
  readonly kind: ValueKind;
  /** For a failure's message. */
  readonly name: string;
  readonly make: (userId: string, nowMs: number) => Buffer | null;
}

export interface OddRecord {
  readonly value: OddValue;
  /** The id's own for `undefined`. */
  readonly key: Buffer | null | undefined;
  readonly headers: readonly WireHeader[];
  /** Epoch milliseconds; undefined: now. */
  readonly timestamp: bigint | undefined;
}

export interface OddBatch {
  readonly codec: CodecName | undefined;
  /** How a transaction ends that wraps it; undefined: none. */
  readonly transaction: 'commit' | 'abort' | undefined;
  readonly records: readonly OddRecord[];
}

/** Members of a login. */
export type Members = Readonly<Record<string, unknown>>;

/** The device type of the logins beside the odd ones: an aggregator has to count all of these. */
export const NEIGHBOUR = 'neighbour';

const MIB = 1024 * 1024;
const HOUR_MS = 3_600_000n;
const LATEST_EVENT_MS = 8_640_000_000_000_000;
const MICROSECONDS = 1_734_547_631_000_000n;
const YEAR_2100_MS = 4_102_444_800_000;

/** @param mark members that all values get: a processed login's `processed` */
export function oddBatches(mark: Members = {}): fc.Arbitrary<OddBatch> {
  const neighbour = fc.constant<OddRecord>(plainRecord(neighbourLogin(mark)));
  const odd = oddRecord(mark);
  const mixed = fc
    .array(fc.oneof({ weight: 2, arbitrary: odd }, neighbour), { maxLength: 18 })
    .chain((records) =>
      // A plain login on both sides: whatever happens to the odd ones must not reach them.
      fc.tuple(neighbour, neighbour).map(([one, other]) => [one, ...records, other]),
    );
  const crowd = fc.constant(Array.from({ length: 10_000 }, () => plainRecord(crowdValue())));
  const bomb = fc
    .tuple(neighbour, bombRecord(mark), neighbour)
    .map((records): readonly OddRecord[] => records);
  const records = fc.oneof(
    { weight: 300, arbitrary: mixed },
    { weight: 100, arbitrary: odd.map((record): readonly OddRecord[] => [record]) },
    { weight: 20, arbitrary: bomb },
    { weight: 2, arbitrary: crowd },
  );
  return fc.record({
    codec: fc.constantFrom<CodecName | undefined>(undefined, ...codecNames()),
    transaction: fc.oneof(
      { weight: 8, arbitrary: fc.constant(undefined) },
      fc.constantFrom('commit' as const, 'abort' as const),
    ),
    records,
  });
}

function codecNames(): readonly CodecName[] {
  return Object.keys(CODECS) as CodecName[];
}

function plainRecord(value: OddValue): OddRecord {
  return { value, key: undefined, headers: [], timestamp: undefined };
}

/** @returns a login that nothing is odd about, whose every member a service has to do right by */
export function neighbourLogin(mark: Members = {}): OddValue {
  const make = (id: string, now: number): Buffer =>
    text({ ...membersOf(id, now), ...mark, device_type: NEIGHBOUR });
  return { kind: 'login', name: NEIGHBOUR, make };
}

/** @returns a login for an odd record */
function plainLogin(mark: Members): OddValue {
  const make = (id: string, now: number): Buffer => text({ ...membersOf(id, now), ...mark });
  return { kind: 'login', name: 'plain', make };
}

/** Ten thousand in a batch: as short as a record can be. */
function crowdValue(): OddValue {
  return { kind: 'no login', name: 'crowd', make: () => Buffer.of(0x7b) };
}

function membersOf(userId: string, nowMs: number): Members {
  const members = { user_id: userId, app_version: '2.0.0', device_type: 'odd', timestamp: nowMs };
  return aLogin(members);
}

function oddRecord(mark: Members): fc.Arbitrary<OddRecord> {
  return fc.record({
    value: fc.oneof(
      { weight: 3, arbitrary: oddLogin(mark) },
      { weight: 3, arbitrary: brokenLogin(mark) },
      { weight: 2, arbitrary: noLogin() },
      { weight: 1, arbitrary: fc.constant(plainLogin(mark)) },
    ),
    key: fc.oneof(
      { weight: 3, arbitrary: fc.constant(undefined) },
      fc.constant(null),
      bytes(64),
      fc.constantFrom(Buffer.alloc(0), Buffer.alloc(100_000, 'k')),
    ),
    headers: fc.oneof(
      { weight: 3, arbitrary: fc.array(header(), { maxLength: 6 }) },
      { weight: 1, arbitrary: fc.constant(manyHeaders()) },
    ),
    timestamp: fc.oneof(
      { weight: 4, arbitrary: fc.constant(undefined) },
      fc.constantFrom(-1n, 0n, 1n, 4_102_444_800_000n, MICROSECONDS, 2n ** 62n, HOUR_MS),
      fc.bigInt({ min: 0n, max: 2n ** 42n }),
    ),
  });
}

const HEADER_NAMES = [
  ...['', '10', '2', '__proto__', 'constructor', 'id', 'traceparent', 'tracestate', 'toString'],
  ...['x-dead-letter-reason', 'x-dead-letter-offset', 'x-dead-letter-omitted-bytes'],
  ...['__connect.errors.topic', 'x-login-time', '__value_schema_id', '\u0000', '\uFEFF'],
];

function header(): fc.Arbitrary<WireHeader> {
  const name = fc.oneof(
    fc.constantFrom(...HEADER_NAMES).map((it) => Buffer.from(it)),
    bytes(12),
    fc.string().map((it) => Buffer.from(it)),
  );
  return fc.tuple(name, fc.option(bytes(40), { nil: null }));
}

function manyHeaders(): WireHeader[] {
  return Array.from({ length: 4_000 }, (_, index): WireHeader => {
    return [Buffer.from(`h${index % 50}`), index % 3 === 0 ? null : Buffer.from(String(index))];
  });
}

/** Logins that are valid, however they are spelled. Their device type is not the neighbours'. */
function oddLogin(mark: Members): fc.Arbitrary<OddValue> {
  const extra = fc.dictionary(
    fc.string({ maxLength: 8 }).map((name) => `x${name}`),
    fc.jsonValue(),
    { maxKeys: 4 },
  );
  const shortText = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 16 });
  const time = fc.oneof(
    fc.constantFrom<number | string>(0, '0', 1e11, 99_999_999_999, YEAR_2100_MS, LATEST_EVENT_MS),
    fc.nat({ max: 2 ** 31 - 1 }),
    fc.constantFrom('1734547631.999999', '1734547631000'),
  );
  const spell = fc.constantFrom<(members: Members) => Buffer>(
    text,
    (members) => Buffer.from(` \r\n${JSON.stringify(members, null, 1)}\t`),
    (members) => Buffer.from(JSON.stringify(members).replace('"locale"', '"\\u006cocale"')),
    (members) => Buffer.from(`{"user_id":0,"processed":null,${JSON.stringify(members).slice(1)}`),
    (members) => text({ ...members, padding: 'x'.repeat(200_000) }),
    (members) => text({ ...members, zero: '\u0000', lone: '\ud800', deep: nested(200) }),
    (members) => Buffer.concat([Buffer.of(0, 0, 0, 0, 7), text(members)]),
  );
  return fc
    .record({ extra, device: shortText, locale: shortText, time, spell, dropped: fc.boolean() })
    .map(({ extra: more, device, locale, time: timestamp, spell: write, dropped }) => ({
      kind: dropped ? 'filtered login' : 'login',
      name: 'odd login',
      make: (id) =>
        write({
          ...more,
          ...membersOf(id, 0),
          ...{ device_type: `~${device}`.slice(0, 40), locale: `~${locale}`.slice(0, 40) },
          ...{ timestamp, app_version: dropped ? '1.0.0' : '2.0.0' },
          ...mark,
        }),
    }));
}

/** Logins with one member that breaks them. */
function brokenLogin(mark: Members): fc.Arbitrary<OddValue> {
  const required = PUBLISHED_MEMBERS.filter((member) => member.required);
  const member = fc.constantFrom(...required.map(({ name }) => name));
  const wrong = fc.constantFrom<unknown>(undefined, null, '', true, -1, {}, [], 'x'.repeat(65));
  return fc.tuple(member, wrong).map(([name, value]) => ({
    kind: 'no login',
    name: `broken ${name}`,
    make: (id, now) => text({ ...membersOf(id, now), ...mark, [name]: value }),
  }));
}

function noLogin(): fc.Arbitrary<OddValue> {
  const made = fc.oneof(
    bytes(2_000),
    fc.json().map((json) => Buffer.from(json)),
    fc.constantFrom<Buffer | null>(
      null,
      Buffer.alloc(0),
      Buffer.from('['.repeat(100_000)),
      Buffer.from(`{"a":${'['.repeat(50_000)}${']'.repeat(50_000)}}`),
      Buffer.from('\uFEFF{}'),
      Buffer.from('{"user_id":"', 'utf16le'),
      Buffer.of(0xc3, 0x01, 1, 2, 3, 4, 5, 6, 7, 8, 2),
      Buffer.of(0, 0, 0, 0, 0, 0, 0, 0, 9, 0x7b, 0x7d),
      Buffer.of(0),
      Buffer.of(0x1f, 0x8b, 8, 0),
    ),
  );
  return made.map((value) => ({ kind: 'no login', name: 'no login', make: () => value }));
}

/** Records that take next to nothing on the wire and much in memory. */
function bombRecord(mark: Members): fc.Arbitrary<OddRecord> {
  const size = fc.integer({ min: 1, max: 60 }).map((mebibytes) => mebibytes * MIB);
  const blanks = size.map((length) => {
    const make = (): Buffer => Buffer.alloc(length, ' ');
    return plainRecord({ kind: 'no login', name: `${length} blanks`, make });
  });
  const padded = size.map((length) => {
    const make = (id: string, now: number): Buffer =>
      Buffer.concat([text({ ...membersOf(id, now), ...mark }), Buffer.alloc(length, ' ')]);
    return plainRecord({ kind: 'login', name: `a login and ${length} blanks`, make });
  });
  const largeKey = fc.integer({ min: 1, max: 8 }).map((mebibytes) => ({
    ...plainRecord(plainLogin(mark)),
    key: Buffer.alloc(mebibytes * MIB, 'k'),
  }));
  return fc.oneof(blanks, padded, largeKey);
}

function bytes(maxLength: number): fc.Arbitrary<Buffer> {
  return fc.uint8Array({ maxLength }).map((array) => Buffer.from(array));
}

function nested(depth: number): unknown {
  let inner: unknown = 1;
  for (let level = 0; level < depth; level += 1) inner = [inner];
  return inner;
}

function text(content: unknown): Buffer {
  return Buffer.from(JSON.stringify(content));
}
