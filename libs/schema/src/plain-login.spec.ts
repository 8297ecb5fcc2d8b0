import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { Login } from './login.ts';
import { parsedLogin, parsedProcessedLogin } from './parsed-login.ts';
import { plainLogin, plainProcessedLogin } from './plain-login.ts';
import { login, spelled, withMembers } from './testing/golden/login-text.ts';
import { GOLDEN_LOGINS, membersOf } from './testing/index.ts';

declare const FUZZ_RUNS: number;

const LOGIN = login();
const PROCESSED = login({ processed: true });

/** The members as parsing gives them; fails when the text is no login. */
function parsed(text: string): Record<string, unknown> {
  return membersOf(parsedLogin(Buffer.from(text)) as Login);
}

describe('plainLogin', () => {
  it.each([
    ['a usual login', LOGIN],
    ['IPv6', login({ ip: '2001:db8::5e:1' })],
    ['a time as text', login({ timestamp: '1734547631' })],
    ['a time with a fraction', spelled('timestamp', '1734547631.250')],
    ['a time with a fraction as text', login({ timestamp: '1734547631.10' })],
    ['the first time', login({ timestamp: 0 })],
    ['white space', JSON.stringify(JSON.parse(LOGIN), null, '\t')],
    [
      'white space everywhere',
      ` ${LOGIN.replaceAll(/[{}:,]/g, ' $& ')} \r\n`.replace('25 : ', '25:'),
    ],
    ['another order', `{${LOGIN.slice(1, -1).split(',').toReversed().join(',')}}`],
    ['texts of 64 characters', login({ app_version: 'v'.repeat(64), locale: '~ '.repeat(32) })],
    [
      'members of others',
      withMembers('"device":"x","up":true,"down":false,"n":null,"x":1.5,"":""'),
    ],
    [
      'names that begin like those of the contract',
      withMembers('"user":1,"ips":2,"localed":3,"time":4,"u":5,"p":6'),
    ],
  ])('reads %s', (_, text) => {
    const read = plainLogin(Buffer.from(text));
    expect(read && membersOf(read)).toEqual(parsed(text));
  });

  it.each([
    ['an escape', login({ locale: 'a"b' })],
    ['an escaped name', withMembers('"\\u0069p":"::1"', { ip: undefined })],
    ['a character beyond ASCII', login({ locale: 'é' })],
    ['a member twice', withMembers('"locale":"TX"')],
    ['a nested member', withMembers('"device":{"id":7}')],
    ['an exponent', spelled('timestamp', '1.7e9')],
    ['a number with 16 digits', spelled('timestamp', '1734547631000000')],
    ['leading zeros, which only text may have', login({ timestamp: '01734547631' })],
    ['a mark, which another one would replace', PROCESSED],
    ['many bytes', withMembers(`"other":"${'x'.repeat(1_000)}"`)],
  ])('leaves to the parser what is valid, with %s', (_, text) => {
    expect(plainLogin(Buffer.from(text))).toBeUndefined();
    expect(parsed(text)).toHaveProperty('user_id');
  });

  it.each(GOLDEN_LOGINS.filter(({ outcome, value }) => outcome !== 'valid' && value !== null))(
    'never takes $name for a login',
    ({ value }) => {
      expect(plainLogin(value ?? Buffer.alloc(0))).toBeUndefined();
    },
  );

  it('takes no beginning of a login for one, and nothing with more behind it', () => {
    for (const text of [LOGIN, PROCESSED, login({ ip: '::1', timestamp: '1' })]) {
      for (let end = 0; end < text.length; end += 1) {
        expect(plainLogin(Buffer.from(text.slice(0, end)))).toBeUndefined();
        expect(plainProcessedLogin(Buffer.from(text.slice(0, end)))).toBeUndefined();
      }
    }
    for (const rest of ['x', ',', '}', '{}', '\0']) {
      expect(plainLogin(Buffer.from(LOGIN + rest))).toBeUndefined();
    }
  });

  it('reads the right bytes of a larger buffer', () => {
    const fetched = Buffer.from(`${LOGIN}{"user_id":"${LOGIN}`);
    const read = plainLogin(fetched.subarray(LOGIN.length + 12));
    expect(read && membersOf(read)).toEqual(parsed(LOGIN));
  });
});

describe('plainProcessedLogin', () => {
  it('reads a processed login', () => {
    const read = plainProcessedLogin(Buffer.from(PROCESSED));
    expect(read && membersOf(read)).toEqual(JSON.parse(PROCESSED));
  });

  it.each(['false', '"true"', '1', 'truer', 'null'])('leaves the mark %s to the parser', (mark) => {
    const text = Buffer.from(withMembers(`"processed":${mark}`));
    expect(plainProcessedLogin(text)).toBeUndefined();
  });

  it('leaves a login without a mark to the parser', () => {
    expect(plainProcessedLogin(Buffer.from(LOGIN))).toBeUndefined();
  });
});

describe('any text that is nearly a login', () => {
  const base = fc.constantFrom(
    LOGIN,
    PROCESSED,
    login({ ip: '2001:db8::1', timestamp: '1734547631.5' }),
    withMembers('"a":1,"b":"c","d":true'),
  );
  const place = fc.double({ min: 0, max: 1, noNaN: true });
  const token = fc.oneof(
    fc.constantFrom(
      '"',
      '{',
      '}',
      ',',
      ':',
      '\\',
      '.',
      '0',
      '-',
      'e',
      '::',
      '256',
      'true',
      ' ',
      '\n',
    ),
    fc.constantFrom(
      '"ip":',
      '"locale":"TX",',
      '"processed":true,',
      ',"timestamp":1',
      '[]',
      '\0',
      'é',
    ),
    fc.string({ unit: 'binary', minLength: 1, maxLength: 2 }),
  );
  const change = fc.record({ at: place, removed: fc.nat({ max: 3 }), inserted: token });
  const texts = fc.tuple(base, fc.array(change, { maxLength: 3 })).map(([text, changes]) =>
    changes.reduce((changed, { at, removed, inserted }) => {
      const start = Math.floor(at * changed.length);
      return changed.slice(0, start) + inserted + changed.slice(start + removed);
    }, text),
  );

  it('is read as the parser reads it, or left to it', () => {
    let read = 0;
    fc.assert(
      fc.property(texts, (text) => {
        const bytes = Buffer.from(text);
        for (const [plain, full] of [
          [plainLogin(bytes), parsedLogin(bytes)],
          [plainProcessedLogin(bytes), parsedProcessedLogin(bytes)],
        ] as const) {
          if (plain === undefined) continue;
          read += 1;
          if (typeof full === 'string') throw new Error(`${full}: ${text}`);
          expect(membersOf(plain)).toEqual(membersOf(full));
        }
      }),
      { numRuns: FUZZ_RUNS || 20_000 },
    );
    expect(read).toBeGreaterThan(1_000);
  }, 3_600_000);
});
