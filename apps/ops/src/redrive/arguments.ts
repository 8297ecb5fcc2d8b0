import { parseArgs } from 'node:util';
import { timeIn, wholeNumber, wrongArgument } from '@login-pipeline/command';
import type { RedriveOptions } from '@login-pipeline/nest-streams/operations';
import { REASONS } from '@login-pipeline/schema';

export const REDRIVE_HELP = `npm run redrive [-- OPTIONS]

Writes dead letters back to the topic and partition they came from, as they were, once what refused them is mended.
Each is redriven once, whatever is interrupted or repeated: every reason has a position in the dead-letter topic, in the
consumer group "redrive.<reason>", that moves in the same transaction. What fails again is a new dead letter.

  --reason REASON    only these, may be given several times:${wrapped(REASONS)}
  --partition N      only these partitions of the dead-letter topic, may be given several times
  --from TIME        only what was set aside at this time or later (ISO 8601); what is older is passed over for good
  --to TIME          only what was set aside before this time; a time without a zone is UTC
  --limit N          stops after so many records
  --max-redrives N   leaves what was redriven so often already (default 3), so that nothing goes round for ever
  --dry-run          says what would be done, and writes nothing
  --help             shows this text

Settings: KAFKA_BROKERS and the other KAFKA_* ones, DEAD_LETTER_TOPIC, GROUP_ID (default redrive).
To redrive a reason once more, set its group back:
GROUP_ID=redrive.REASON INPUT_TOPIC=user-login.dead-letter npm run positions -- set --to earliest
`;

/** What is to be redriven. */
export type Selection = Pick<
  RedriveOptions,
  'reasons' | 'partitions' | 'from' | 'to' | 'limit' | 'maxRedrives' | 'dryRun'
>;

/** @throws {Failure}, or the error of node:util's parseArgs, that names the wrong option */
export function parseRedriveArguments(
  args: readonly string[],
): Selection & { readonly help: boolean } {
  const { values } = parseArgs({
    args: [...args],
    options: {
      reason: { type: 'string', multiple: true },
      partition: { type: 'string', multiple: true },
      from: { type: 'string' },
      to: { type: 'string' },
      limit: { type: 'string' },
      'max-redrives': { type: 'string', default: '3' },
      'dry-run': { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  const reasons = values.reason?.flatMap((text) => text.split(','));
  const unknown = reasons?.find((reason) => !REASONS.some((known) => known === reason));
  if (unknown !== undefined) throw wrongArgument('--reason', `one of ${REASONS.join(', ')}`);
  const from = time('--from', values.from, -Infinity);
  const to = time('--to', values.to, Infinity);
  if (from >= to) throw wrongArgument('--to', 'a time after --from');
  return {
    reasons: reasons ?? REASONS,
    partitions: values.partition?.map((text) => wholeNumber('--partition', text, 0)),
    from,
    to,
    limit: values.limit === undefined ? Infinity : wholeNumber('--limit', values.limit, 1),
    maxRedrives: wholeNumber('--max-redrives', values['max-redrives'], 1),
    dryRun: values['dry-run'],
    help: values.help,
  };
}

function time(option: string, text: string | undefined, absent: number): number {
  if (text === undefined) return absent;
  const ms = timeIn(text);
  if (ms === undefined) throw wrongArgument(option, 'a time such as 2026-11-23T12:00:00Z');
  return ms;
}

/** Reasons in lines that fit under their option. */
function wrapped(reasons: readonly string[]): string {
  const lines: string[] = [''];
  for (const reason of reasons) {
    const line = `${lines.at(-1) ?? ''}${reason}, `;
    if (line.length > 90) lines.push(`${reason}, `);
    else lines[lines.length - 1] = line;
  }
  return `\n${lines.map((line) => `                       ${line.trimEnd()}`).join('\n')}`.replace(
    /,$/,
    '',
  );
}
