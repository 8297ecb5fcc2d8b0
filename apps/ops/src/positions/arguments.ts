import { parseArgs } from 'node:util';
import { timeIn, wholeNumber, wrongArgument } from '@login-pipeline/command';

export const POSITIONS_HELP = `npm run positions -- show
npm run positions -- set --to earliest|end|OFFSET|TIME [--partition N] [--yes]

Shows where a consumer group stands in a topic, beside what the log holds, or sets it while the group is stopped. A set
says first what would be repeated or skipped, and changes nothing without --yes.

  --to earliest      the first record that there is
  --to end           behind the last record
  --to OFFSET        this offset, the next one to be read; it must lie within the log
  --to TIME          the first record of this time or later (ISO 8601, such as 2026-11-23T12:00:00Z; without a zone
                     it is UTC), else the end
  --partition N      only these partitions, may be given several times (default: all)
  --yes              carries it out
  --help             shows this text

Settings: KAFKA_BROKERS and the other KAFKA_* ones, GROUP_ID (default transformer), INPUT_TOPIC (default user-login).
An aggregator's position is that of its newest snapshot, which its group's commits name; it may only be set ahead of
that, since what lies before is counted: GROUP_ID=aggregator INPUT_TOPIC=processed-user-login npm run positions -- show

Exit code: 0 when it is shown or done, also without --yes; 69 when the brokers, the topic or the group cannot be used,
or the group is not stopped; 78 for wrong arguments and settings.
`;

/** Where to go; an offset, a time in epoch ms. */
export type Target =
  | { readonly to: 'earliest' | 'end' }
  | { readonly to: 'offset'; readonly offset: bigint }
  | { readonly to: 'time'; readonly time: number };

export type PositionsCommand =
  | { readonly command: 'help' }
  | { readonly command: 'show' }
  | {
      readonly command: 'set';
      readonly target: Target;
      /** Undefined: all. */
      readonly partitions: readonly number[] | undefined;
      readonly yes: boolean;
    };

/** @throws {Failure}, or the error of node:util's parseArgs, that names the wrong argument */
export function parsePositionsArguments(args: readonly string[]): PositionsCommand {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      to: { type: 'string' },
      partition: { type: 'string', multiple: true },
      yes: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) return { command: 'help' };
  const [command, ...rest] = positionals;
  if ((command !== 'show' && command !== 'set') || rest.length > 0) {
    throw wrongArgument('positions', '"show" or "set" (--help tells more)');
  }
  if (command === 'show') {
    const [option] = Object.entries(values).find(([, value]) => value !== false) ?? [];
    if (option !== undefined) throw wrongArgument(`--${option}`, '"set" before it');
    return { command };
  }
  return {
    command,
    target: targetOf(values.to),
    partitions: values.partition?.map((text) => wholeNumber('--partition', text, 0)),
    yes: values.yes,
  };
}

function targetOf(text: string | undefined): Target {
  if (text === 'earliest' || text === 'end') return { to: text };
  if (text !== undefined && /^\d{1,18}$/.test(text)) return { to: 'offset', offset: BigInt(text) };
  const time = text === undefined ? undefined : timeIn(text);
  if (time !== undefined) return { to: 'time', time };
  throw wrongArgument('--to', 'earliest, end, an offset, or a time such as 2026-11-23T12:00:00Z');
}
