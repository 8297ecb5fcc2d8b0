import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { decodeLogin, decodeProcessedLogin } from './decode.ts';
import { markProcessed } from './mark-processed.ts';
import { REASONS } from './reason.ts';
import { login } from './testing/golden/login-text.ts';
import { GOLDEN_LOGINS, membersOf } from './testing/index.ts';

const LOGIN = login();
/** Frames are taken off, or named, before a value is decoded. */
const PLAIN = GOLDEN_LOGINS.filter(({ outcome }) => !outcome.startsWith('framed_'));

function outcomeOf(decoded: object | string): string {
  return typeof decoded === 'string' ? decoded : 'valid';
}

describe('decodeLogin', () => {
  it.each(PLAIN)('decodes $name: $outcome, $why', ({ value, outcome }) => {
    expect(outcomeOf(decodeLogin(value))).toBe(outcome);
  });

  it('returns the login, whatever other members it has', () => {
    for (const other of ['"device_id":7', '"device":{"id":7}', '"näme":"é"']) {
      const decoded = decodeLogin(Buffer.from(LOGIN.replace('}', `,${other}}`)));
      expect(typeof decoded === 'string' || membersOf(decoded)).toEqual(JSON.parse(LOGIN));
    }
  });

  it('reads a view on a larger buffer and leaves it as it was', () => {
    const fetched = Buffer.from(`xx${LOGIN}xx`);
    expect(outcomeOf(decodeLogin(fetched.subarray(2, -2)))).toBe('valid');
    expect(fetched.toString()).toBe(`xx${LOGIN}xx`);
  });

  it('inherits nothing and pollutes nothing through __proto__', () => {
    const decoded = decodeLogin(Buffer.from(LOGIN.replace('{', '{"__proto__":{"admin":true},')));
    expect(outcomeOf(decoded)).toBe('valid');
    expect('admin' in Object(decoded)).toBe(false);
    expect('admin' in {}).toBe(false);
  });
});

describe('the golden table', () => {
  it('has a row for every reason that decoding can give', () => {
    const reasons = new Set(GOLDEN_LOGINS.map(({ outcome }) => outcome));
    // These take more than the record to decide.
    const others = new Set<string>([
      'unknown_schema_id',
      'record_too_large',
      'record_timestamp_refused',
      'record_refused',
    ]);
    expect([...reasons].sort()).toEqual(
      [...REASONS.filter((reason) => !others.has(reason)), 'valid'].sort(),
    );
  });

  it('has no name twice', () => {
    const names = GOLDEN_LOGINS.map(({ name }) => name);
    expect(new Set(names).size).toBe(names.length);
  });
});

describe('decodeProcessedLogin', () => {
  it.each([
    ['"processed":true', 'valid'],
    ['"processed":false', 'invalid_processed'],
    ['"processed":"true"', 'invalid_processed'],
    ['"processed":1', 'invalid_processed'],
    ['"other":true', 'invalid_processed'],
    ['"processed":true,"processed":false', 'invalid_processed'],
    ['"processed":false,"\\u0070rocessed":true', 'valid'],
    ['"processed":false,"timestamp":"soon"', 'invalid_timestamp'],
  ])('decodes a login with %s as %s', (member, outcome) => {
    const value = Buffer.from(LOGIN.replace('}', `,${member}}`));
    expect(outcomeOf(decodeProcessedLogin(value))).toBe(outcome);
  });

  it.each(PLAIN.filter(({ outcome }) => outcome !== 'valid'))(
    'refuses $name for the reason that decodeLogin gives: $outcome',
    ({ value, outcome }) => {
      expect(decodeProcessedLogin(value)).toBe(outcome);
    },
  );
});

declare const FUZZ_RUNS: number;

describe('any bytes', () => {
  // Of the longest ones Jest's comparison would overflow the stack.
  const texts = GOLDEN_LOGINS.flatMap(({ value }) => value ?? []).filter(
    ({ length }) => length < 5_000,
  );
  const golden = fc.constantFrom(...texts);
  const place = fc.double({ min: 0, max: 1, noNaN: true });
  /** Bytes that mean something to JSON, and others. */
  const token = fc.oneof(
    fc.constantFrom('"', '{', '}', '[', ']', ',', ':', '\\', '\\u0', '-', '1e999', 'null', '\0'),
    fc.constantFrom('"processed":', '"user_id":', '"timestamp":', '"__proto__":{}', ' ', '\n'),
    fc.uint8Array({ minLength: 1, maxLength: 4 }),
  );
  const change = fc.record({ at: place, removed: fc.nat({ max: 12 }), inserted: token });
  const spliced = fc.tuple(golden, golden, place).map(([one, other, at]) => {
    const cut = (text: Buffer) => Math.floor(at * text.length);
    return Buffer.concat([one.subarray(0, cut(one)), other.subarray(cut(other))]);
  });
  const inputs = fc
    .tuple(fc.oneof(golden, spliced), fc.array(change, { maxLength: 4 }))
    .map(([text, changes]) => changes.reduce(changed, text));

  function changed(
    text: Buffer,
    { at, removed, inserted }: { at: number; removed: number; inserted: string | Uint8Array },
  ): Buffer {
    const start = Math.floor(at * text.length);
    return Buffer.concat([
      text.subarray(0, start),
      Buffer.from(inserted as string),
      text.subarray(start + removed),
    ]);
  }

  it('are a login or have one of the reasons, and every login can be marked', () => {
    const outcomes = new Set<string>();
    fc.assert(
      fc.property(inputs, (value) => {
        const login = decodeLogin(value);
        outcomes.add(outcomeOf(login));
        if (typeof login === 'string') return;
        const marked = decodeProcessedLogin(markProcessed(value, login));
        if (typeof marked === 'string') throw new Error(marked);
        expect(membersOf(marked)).toEqual({ ...membersOf(login), processed: true });
      }),
      { numRuns: FUZZ_RUNS || 5_000 },
    );
    const known: readonly string[] = [...REASONS, 'valid'];
    expect([...outcomes].filter((outcome) => !known.includes(outcome))).toEqual([]);
    expect(outcomes).toContain('valid');
  }, 3_600_000);
});
