import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { decodeLogin, decodeProcessedLogin } from './decode.ts';
import type { Login } from './login.ts';
import { markProcessed } from './mark-processed.ts';
import { GOLDEN_LOGINS } from './testing/index.ts';

function mark(text: string): string {
  return markProcessed(Buffer.from(text), JSON.parse(text) as Login).toString();
}

const space = fc.string({ unit: fc.constantFrom(' ', '\t', '\n', '\r'), maxLength: 3 });

const plainString = fc
  .oneof(
    fc.string({ unit: 'binary' }),
    fc.string({ unit: fc.constantFrom('{', '}', '[', ']', '"', '\\', ',', ':', 'é', '📱') }),
    fc.constant('processed'),
  )
  .map((text) => JSON.stringify(text));
const markKey = fc.constantFrom('"processed"', '"proc\\u0065ssed"', '"\\u0070rocessed"');

/** JSON texts of every shape, with white space wherever the grammar has room for it. */
const { value, member } = fc.letrec<Record<'value' | 'member' | 'item', string>>((tie) => ({
  value: fc.oneof(
    { maxDepth: 4 },
    fc.constantFrom('true', 'false', 'null', '0', '-1.50e+3', '1734547631.10'),
    plainString,
    fc.array(tie('item'), { maxLength: 3 }).map((items) => `[${items.join(',')}]`),
    fc.array(tie('member'), { maxLength: 3 }).map((members) => `{${members.join(',')}}`),
  ),
  item: fc.tuple(space, tie('value'), space).map((parts) => parts.join('')),
  member: fc
    .tuple(space, fc.oneof(plainString, markKey), space, tie('item'))
    .map(([before, key, after, item]) => `${before}${key}${after}:${item}`),
}));
const otherMember = member.filter((text) => !isMarked(`{${text}}`));

function isMarked(object: string): boolean {
  return Object.hasOwn(JSON.parse(object) as object, 'processed');
}

describe('markProcessed', () => {
  it.each([
    ['adds the mark as the last member', '{"a":1}', '{"a":1,"processed": true}'],
    ['adds it before the white space', ' { "a" : 1 \n} \n', ' { "a" : 1,"processed": true \n} \n'],
    ['keeps the spelling of numbers', '{"a":1.50e+01}', '{"a":1.50e+01,"processed": true}'],
    ['keeps escapes', '{"\\u0061":"\\/"}', '{"\\u0061":"\\/","processed": true}'],
    ['keeps what is not ASCII', '{"a":"é📱"}', '{"a":"é📱","processed": true}'],
    ['keeps a nested mark', '{"a":{"processed":1}}', '{"a":{"processed":1},"processed": true}'],
    ['replaces a mark', '{"processed":false,"a":1}', '{"processed":true,"a":1}'],
    ['replaces a mark of its own kind', '{"processed": true}', '{"processed": true}'],
    [
      'replaces a mark in its spacing',
      '{"processed" : "no" , "a":1}',
      '{"processed" : true , "a":1}',
    ],
    ['replaces a number', '{"processed":0}', '{"processed":true}'],
    ['replaces nested values', '{"processed":[{"processed":"]}"}]}', '{"processed":true}'],
    ['replaces text with quotes', '{"processed":"\\"}\\\\"}', '{"processed":true}'],
    ['knows an escaped key', '{"\\u0070rocessed":1}', '{"\\u0070rocessed":true}'],
    [
      'takes the last duplicate',
      '{"processed":1,"processed":2}',
      '{"processed":1,"processed":true}',
    ],
    [
      'takes the last spelling',
      '{"processed":1,"process\\u0065d":2}',
      '{"processed":1,"process\\u0065d":true}',
    ],
    [
      'passes over nested marks',
      '{"a":[{"processed":1}],"processed":2}',
      '{"a":[{"processed":1}],"processed":true}',
    ],
    [
      'passes over marks in text',
      '{"a":"\\"processed\\":","processed":2}',
      '{"a":"\\"processed\\":","processed":true}',
    ],
    [
      'passes over texts that are no keys',
      '{"a":"processed","processed":2}',
      '{"a":"processed","processed":true}',
    ],
  ])('%s: %s', (_, before, after) => {
    expect(mark(before)).toBe(after);
  });

  it('marks any object', () => {
    const objects = fc
      .tuple(space, fc.array(member, { minLength: 1, maxLength: 5 }), space)
      .map(([before, members, after]) => `${before}{${members.join(',')}}${after}`);
    fc.assert(
      fc.property(objects, (object) => {
        const marked = { ...(JSON.parse(object) as object), processed: true };
        expect(JSON.parse(mark(object))).toEqual(marked);
      }),
      { numRuns: 1000 },
    );
  });

  it('adds the mark right after the last value and changes no byte', () => {
    const objects = fc.record({
      members: fc.array(otherMember, { maxLength: 4 }),
      last: otherMember.map((text) => text.trimEnd()),
      end: fc.tuple(space, space).map((spaces) => spaces.join('}')),
    });
    fc.assert(
      fc.property(objects, ({ members, last, end }) => {
        const object = `{${[...members, last].join(',')}`;
        expect(mark(`${object}${end}`)).toBe(`${object},"processed": true${end}`);
      }),
      { numRuns: 1000 },
    );
  });

  it('replaces the value of the last mark and changes no other byte', () => {
    const objects = fc.record({
      members: fc.array(member, { maxLength: 3 }),
      key: fc.tuple(space, markKey, space, space).map(([a, key, b, c]) => `${a}${key}${b}:${c}`),
      value,
      end: space,
      others: fc.array(otherMember, { maxLength: 3 }),
    });
    fc.assert(
      fc.property(objects, ({ members, key, value, end, others }) => {
        const object = (held: string): string =>
          `{${[...members, `${key}${held}${end}`, ...others].join(',')}}`;
        expect(mark(object(value))).toBe(object('true'));
      }),
      { numRuns: 1000 },
    );
  });

  it('turns every valid login of the golden table into a processed login', () => {
    for (const { value } of GOLDEN_LOGINS.filter(({ outcome }) => outcome === 'valid')) {
      const login = decodeLogin(value);
      if (value === null || typeof login === 'string') throw new Error('not a login');
      const processed = decodeProcessedLogin(markProcessed(value, login));
      expect(processed).toHaveProperty('processed', true);
      expect(processed).toHaveProperty('user_id', login.user_id);
    }
  });

  it('leaves its input alone', () => {
    const value = Buffer.from('{"processed":false}');
    markProcessed(value, JSON.parse(value.toString()) as Login);
    expect(value.toString()).toBe('{"processed":false}');
  });
});
