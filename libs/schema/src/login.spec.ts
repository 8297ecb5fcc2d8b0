import { readFileSync } from 'node:fs';
import { isIP } from 'node:net';
import { describe, expect, it } from '@jest/globals';
import addFormats from 'ajv-formats';
import { Ajv } from 'ajv';
import fc from 'fast-check';
import { JSON_SCHEMA_FILES } from '../scripts/json-schema-files.ts';
import { decodeLogin, decodeProcessedLogin } from './decode.ts';
import { markProcessed } from './mark-processed.ts';
import { PARSED_GOLDEN_LOGINS } from './testing/golden-logins.ts';
import { LOGIN } from './testing/index.ts';
import { login } from './testing/golden/login-text.ts';

function isValid(members: Record<string, unknown>): boolean {
  return typeof decodeLogin(Buffer.from(login(members))) === 'object';
}

describe('the JSON Schema files', () => {
  const [loginFile, processedFile] = JSON_SCHEMA_FILES.map(
    ({ location }) => JSON.parse(readFileSync(location, 'utf8')) as object,
  );
  // Strict: an unknown keyword, a wrong type or an ignored rule is an error.
  const ajv = addFormats.default(new Ajv({ strict: true, allowUnionTypes: true }));
  const isLogin = ajv.compile(loginFile ?? {});
  const isProcessedLogin = ajv.compile(processedFile ?? {});

  it.each(JSON_SCHEMA_FILES)('say what the definitions say: $name', ({ location, text }) => {
    // On a difference: npm run generate
    expect(JSON.parse(readFileSync(location, 'utf8'))).toEqual(JSON.parse(text));
  });

  it.each(JSON_SCHEMA_FILES)('describe every member: $name', ({ text }) => {
    const { properties } = JSON.parse(text) as { properties: Record<string, object> };
    for (const member of Object.values(properties)) expect(member).toHaveProperty('description');
  });

  it.each(PARSED_GOLDEN_LOGINS)('agree with decodeLogin on $name', ({ parsed, valid }) => {
    expect(isLogin(parsed)).toBe(valid);
  });

  it('agree with decodeProcessedLogin', () => {
    const value = Buffer.from(login());
    expect(isProcessedLogin(decodeProcessedLogin(markProcessed(value, LOGIN)))).toBe(true);
    expect(isProcessedLogin(LOGIN)).toBe(false);
    expect(isProcessedLogin({ ...LOGIN, processed: false })).toBe(false);
    expect(isProcessedLogin({ ...LOGIN, processed: true, ip: 'nowhere' })).toBe(false);
  });

  it('count characters as decodeLogin does, whatever they are', () => {
    const unit = fc.constantFrom('x', 'é', '📱', '\uD83D', '\uDCF1', 'e\u0301', '👩‍👩‍👧');
    fc.assert(
      fc.property(fc.string({ unit, maxLength: 70, size: 'max' }), (locale) => {
        const characters = Array.from(locale).length;
        const expected = characters >= 1 && characters <= 64;
        expect(isValid({ locale })).toBe(expected);
        expect(isLogin({ ...LOGIN, locale })).toBe(expected);
      }),
    );
  });
});

describe('the ip of a login', () => {
  const nearlyIp = fc.string({
    unit: fc.constantFrom('0', '1', '9', '25', '255', '256', 'f', ':', '::', '.', '/', '[', ' '),
    maxLength: 16,
  });

  it('is what node:net takes for an address', () => {
    fc.assert(
      fc.property(fc.oneof(fc.ipV4(), fc.ipV4Extended(), fc.ipV6(), nearlyIp), (ip) => {
        expect(isValid({ ip })).toBe(isIP(ip) !== 0);
      }),
      { numRuns: 5000 },
    );
  });
});

describe('the timestamp of a login', () => {
  it('as a string has the limits that it has as a number', () => {
    const digits = fc.tuple(fc.bigInt({ min: 0n, max: 9999999999999999n }), fc.nat(999));
    fc.assert(
      fc.property(digits, ([whole, fraction]) => {
        for (const text of [String(whole), `${String(whole)}.${String(fraction)}`]) {
          // A double near the limit has no fraction, so compare the decimal digits themselves.
          const inRange =
            whole * 1000n + BigInt(text.includes('.') ? fraction : 0) <= 8640000000000000000n;
          expect(isValid({ timestamp: text })).toBe(inRange);
        }
      }),
      { numRuns: 2000 },
    );
  });
});
