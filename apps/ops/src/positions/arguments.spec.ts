import { describe, expect, it } from '@jest/globals';
import { parsePositionsArguments, POSITIONS_HELP } from './arguments.ts';

const set = (...args: string[]) => parsePositionsArguments(['set', ...args]);

describe('the arguments of positions', () => {
  it('name what to do, where to and for which partitions', () => {
    expect(parsePositionsArguments(['show'])).toEqual({ command: 'show' });
    expect(parsePositionsArguments(['set', '--help'])).toEqual({ command: 'help' });
    expect(set('--partition', '3', '--to', '4712', '--yes')).toEqual({
      command: 'set',
      target: { to: 'offset', offset: 4712n },
      partitions: [3],
      yes: true,
    });
    expect(set('--to', 'end')).toMatchObject({ target: { to: 'end' }, partitions: undefined });
    expect(set('--to=earliest')).toMatchObject({ target: { to: 'earliest' }, yes: false });
    expect(set('--to', '2026-11-23T12:00:00Z')).toMatchObject({
      target: { to: 'time', time: Date.UTC(2026, 10, 23, 12) },
    });
  });

  it.each([
    [[], /^positions: expected "show" or "set"/],
    [['reset'], /^positions: expected "show" or "set"/],
    [['show', 'set'], /^positions: expected "show" or "set"/],
    [['show', '--to', 'end'], /^--to: expected "set" before it/],
    [['set'], /^--to: expected earliest, end, an offset, or a time/],
    [['set', '--to', 'latest'], /^--to: expected earliest/],
    [['set', '--to', '-1'], /--to/],
    [['set', '--to', '12:00'], /^--to: expected earliest/],
    [['set', '--to', '2026-02-30'], /^--to: expected earliest.* or a time such as/],
    [['set', '--to', 'end', '--partition', 'all'], /^--partition: expected a whole number/],
    [['set', '--to', 'end', '--force'], /Unknown option '--force'/],
  ])('are refused as %j', (args, message) => {
    expect(() => parsePositionsArguments(args)).toThrow(message);
  });

  it('have a help that fits the screen', () => {
    expect(POSITIONS_HELP.split('\n').filter((line) => line.length > 120)).toEqual([]);
  });
});
