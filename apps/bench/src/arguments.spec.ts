import { expect, it } from '@jest/globals';
import { parseBenchArguments } from './arguments.ts';

it('runs everything alone by default', () => {
  expect(parseBenchArguments([])).toEqual({
    quick: false,
    peers: false,
    only: [],
    rounds: undefined,
    json: undefined,
    docs: false,
    soak: false,
    minutes: 10,
    help: false,
  });
});

it('takes several suites', () => {
  expect(parseBenchArguments(['--only', 'latency', '--only', 'idle']).only).toEqual([
    'latency',
    'idle',
  ]);
});

it.each([[['--only', 'toString']], [['--only', 'speed']]])(
  'refuses %j and names the suites',
  (args) => {
    expect(() => parseBenchArguments(args)).toThrow('throughput, latency');
  },
);

it('takes a number of rounds', () => {
  expect(parseBenchArguments(['--rounds', '3']).rounds).toBe(3);
});

it.each(['0', '-1', '1.5', 'many'])('refuses %s rounds', (rounds) => {
  expect(() => parseBenchArguments([`--rounds=${rounds}`])).toThrow('--rounds');
});

it.each(['4', '-10', '1e3', 'ten'])('refuses a soak of %s minutes', (minutes) => {
  expect(() => parseBenchArguments(['--soak', '--minutes', minutes])).toThrow('--minutes');
});
