import { describe, expect, it } from '@jest/globals';
import { parseTransactionsArguments, TRANSACTIONS_HELP } from './arguments.ts';

describe('the arguments of transactions', () => {
  it('name what to do, and of which partition', () => {
    expect(parseTransactionsArguments(['list'])).toEqual({ command: 'list' });
    expect(parseTransactionsArguments(['abort', '--help'])).toEqual({ command: 'help' });
    expect(parseTransactionsArguments(['abort', '--partition', '3', '--topic=t', '--yes'])).toEqual(
      {
        command: 'abort',
        partition: 3,
        topic: 't',
        yes: true,
      },
    );
    expect(parseTransactionsArguments(['abort', '--partition', '0'])).toEqual({
      command: 'abort',
      partition: 0,
      topic: undefined,
      yes: false,
    });
  });

  it.each([
    [[], /^transactions: expected "list" or "abort"/],
    [['show'], /^transactions: expected "list" or "abort"/],
    [['list', 'abort'], /^transactions: expected "list" or "abort"/],
    [['list', '--yes'], /^--yes: expected "abort" before it/],
    [['list', '--partition', '1'], /^--partition: expected "abort" before it/],
    [['abort'], /^--partition: expected a whole number/],
    [['abort', '--partition', '-1'], /--partition/],
    [['abort', '--partition', '1', '--partition', 'x'], /^--partition: expected a whole number/],
    [['abort', '--partition', '1', '--force'], /Unknown option '--force'/],
  ])('are refused as %j', (args, message) => {
    expect(() => parseTransactionsArguments(args)).toThrow(message);
  });

  it('have a help that fits the screen', () => {
    expect(TRANSACTIONS_HELP.split('\n').filter((line) => line.length > 120)).toEqual([]);
  });
});
