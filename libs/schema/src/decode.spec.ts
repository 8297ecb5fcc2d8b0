import { describe, expect, it } from '@jest/globals';
import { decodeLogin, decodeProcessedLogin } from './decode.ts';
import { REASONS } from './reason.ts';
import { login } from './testing/golden/login-text.ts';
import { GOLDEN_LOGINS } from './testing/index.ts';

const LOGIN = login();

function outcomeOf(decoded: object | string): string {
  return typeof decoded === 'string' ? decoded : 'valid';
}

describe('decodeLogin', () => {
  it.each(GOLDEN_LOGINS)('decodes $name: $outcome, $why', ({ value, outcome }) => {
    expect(outcomeOf(decodeLogin(value))).toBe(outcome);
  });

  it('returns the login with the members it does not know', () => {
    const value = Buffer.from(LOGIN.replace('}', ',"device_id":7}'));
    expect(decodeLogin(value)).toEqual({ ...(JSON.parse(LOGIN) as object), device_id: 7 });
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
    expect([...reasons].sort()).toEqual(
      [...REASONS.filter((reason) => reason !== 'record_too_large'), 'valid'].sort(),
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

  it.each(GOLDEN_LOGINS.filter(({ outcome }) => outcome !== 'valid'))(
    'refuses $name for the reason that decodeLogin gives: $outcome',
    ({ value, outcome }) => {
      expect(decodeProcessedLogin(value)).toBe(outcome);
    },
  );
});
