import { describe, expect, it } from '@jest/globals';
import { errorText, rootCause } from './error-text.ts';

const refused = (address: string): Error =>
  Object.assign(new Error(`connect ECONNREFUSED ${address}:9092`), {
    code: 'ECONNREFUSED',
    syscall: 'connect',
    address,
    port: 9092,
  });

describe('errorText', () => {
  it.each<[string, unknown, string]>([
    ['the message', new Error('no space left'), 'no space left'],
    ['a thrown text', 'oops', 'oops'],
    ['nothing', undefined, 'undefined'],
    [
      'the innermost cause',
      new TypeError('fetch failed', { cause: refused('127.0.0.1') }),
      'connect ECONNREFUSED 127.0.0.1:9092',
    ],
    [
      'every cause of several',
      new AggregateError([refused('::1'), refused('127.0.0.1')]),
      'connect ECONNREFUSED ::1:9092, connect ECONNREFUSED 127.0.0.1:9092',
    ],
    [
      'the same cause once',
      new AggregateError([refused('::1'), refused('::1')]),
      refused('::1').message,
    ],
    [
      'the code, where there is no message',
      Object.assign(new AggregateError([]), { code: 'ETIMEDOUT' }),
      'ETIMEDOUT',
    ],
    ['the name, where there is not even a code', new AggregateError([]), 'AggregateError'],
    [
      'the address once',
      Object.assign(new Error('10.0.0.1:1 refuses'), { address: '10.0.0.1', port: 1 }),
      '10.0.0.1:1 refuses',
    ],
    [
      'the address, where the message does not',
      Object.assign(new Error('refused'), { address: '10.0.0.1', port: 1 }),
      'refused (10.0.0.1:1)',
    ],
  ])('tells %s', (_, error, text) => {
    expect(errorText(error)).toBe(text);
  });

  it.each<[string, unknown]>([
    ['a TypeError', new TypeError("Cannot destructure property 'a' of 'b' as it is null.")],
    [
      'one that was wrapped',
      new Error('gave up', { cause: new ReferenceError('x is not defined') }),
    ],
    [
      'one whose message was handed on',
      new Error("Cannot read properties of undefined (reading 'a')"),
    ],
    ['an assertion', Object.assign(new Error('0 == 1'), { name: 'AssertionError' })],
  ])('keeps the insides of programs to itself: %s', (_, error) => {
    expect(errorText(error)).toBe('unknown cause (the log has it at level debug)');
  });
});

describe('rootCause', () => {
  it('is the innermost error, though a chain should bite its tail', () => {
    const inner = new Error('inner');
    expect(rootCause(new Error('outer', { cause: new Error('middle', { cause: inner }) }))).toBe(
      inner,
    );
    inner.cause = inner;
    expect(rootCause(inner)).toBe(inner);
  });
});
