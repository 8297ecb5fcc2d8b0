import { describe, expect, it } from '@jest/globals';
import { named, parseChaosArguments } from './arguments.ts';

const ALL = [{ name: 'kill' }, { name: 'storm' }];

describe('named', () => {
  it('finds what --only names, in its order', () => {
    expect(named(['storm', 'kill'], ALL)).toEqual([{ name: 'storm' }, { name: 'kill' }]);
  });

  it('refuses a name that is none, and tells which are: a run of nothing is no success', () => {
    expect(() => named(['kil'], ALL)).toThrow('--only kil: expected one of kill, storm');
  });
});

describe('the release of Kafka', () => {
  it.each([
    [[], {}],
    [['--kafka', '3.9.1'], { version: '3.9.1' }],
    [['--transaction-version', '1'], { transactionVersion: 1 }],
    [
      ['--kafka', '4.4.0', '--transaction-version', '2'],
      { version: '4.4.0', transactionVersion: 2 },
    ],
  ])('is read from %j', (args, release) => {
    expect(parseChaosArguments(args).release).toEqual(release);
  });

  it.each([
    [['--kafka', 'newest'], '--kafka newest: expected a release'],
    [['--kafka', '3.8.1'], '--kafka 3.8.1: expected a release from 3.9.0 on'],
    [['--transaction-version', '3'], '--transaction-version 3: expected 1 or 2'],
    [['--kafka', '3.9.1', '--transaction-version', '1'], 'Kafka 3 has one only'],
  ])('is refused in %j', (args, message) => {
    expect(() => parseChaosArguments(args)).toThrow(message);
  });
});
