import { describe, expect, it } from '@jest/globals';
import { REASONS } from '@login-pipeline/schema';
import { parseRedriveArguments, REDRIVE_HELP } from './arguments.ts';

describe('the arguments of redrive', () => {
  it('select everything, up to three redrives, where there are none', () => {
    expect(parseRedriveArguments([])).toEqual({
      reasons: REASONS,
      partitions: undefined,
      from: -Infinity,
      to: Infinity,
      limit: Infinity,
      maxRedrives: 3,
      dryRun: false,
      help: false,
    });
  });

  it('narrow it down', () => {
    const from = '2026-11-23T12:00:00Z';
    const args = ['--reason', 'invalid_ip,invalid_json', '--partition', '0', '--partition', '3'];
    args.push('--from', from, '--to', '2026-11-24', '--limit', '5', '--max-redrives', '1');
    expect(parseRedriveArguments(args)).toMatchObject({
      reasons: ['invalid_ip', 'invalid_json'],
      partitions: [0, 3],
      from: Date.parse(from),
      to: Date.parse('2026-11-24'),
      limit: 5,
      maxRedrives: 1,
    });
  });

  it.each([
    [['--reason', 'bad'], /^--reason: expected one of null_value/],
    [['--partition', '-1'], /partition/],
    [['--limit', '0'], /^--limit: expected a whole number from 1 on/],
    [['--from', 'yesterday'], /^--from: expected a time such as/],
    [['--to', '12'], /^--to: expected a time such as/],
    [['--from', '2026-02-30'], /^--from: expected a time such as/],
    [['--from', '2026-11-24', '--to', '2026-11-23'], /^--to: expected a time after --from/],
    [['--from', '2026-11-24', '--to', '2026-11-24'], /^--to: expected a time after --from/],
    [['--all'], /Unknown option '--all'/],
  ])('are refused as %j', (args, message) => {
    expect(() => parseRedriveArguments(args)).toThrow(message);
  });

  it('are all in the help, reasons too', () => {
    for (const reason of REASONS) expect(REDRIVE_HELP).toContain(reason);
    expect(REDRIVE_HELP.split('\n').filter((line) => line.length > 120)).toEqual([]);
  });
});
