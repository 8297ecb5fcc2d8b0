import { expect, it } from '@jest/globals';
import { parseBenchArguments } from './arguments.ts';

it('runs everything alone by default', () => {
  expect(parseBenchArguments([])).toEqual({
    quick: false,
    peers: false,
    only: [],
    json: undefined,
    docs: false,
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
