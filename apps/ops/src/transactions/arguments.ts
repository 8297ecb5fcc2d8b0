import { parseArgs } from 'node:util';
import { wholeNumber, wrongArgument } from '@login-pipeline/command';

export const TRANSACTIONS_HELP = `npm run transactions -- list
npm run transactions -- abort --partition N [--topic T] [--yes]

Shows transactions that stay open in the transformer's topics, and ends one. Readers of committed records wait there,
and nothing of the partition is processed. Each is shown with what will become of it: as a rule its coordinator ends it.

An abort ends a transaction that no coordinator knows any more, by a mark in its partition (KIP-664), and one of the
transformer's own ids, <GROUP_ID>/<INPUT_TOPIC>/..., by taking the id over. For any other it says what to do instead.
It says first what it does, and changes nothing without --yes.

  --partition N      the partition whose transaction is ended
  --topic T          the topic, where several have one in that partition
  --yes              carries it out
  --help             shows this text

Settings: KAFKA_BROKERS and the other KAFKA_* ones, GROUP_ID (default transformer), INPUT_TOPIC, OUTPUT_TOPIC,
DEAD_LETTER_TOPIC, LAST_LOGIN_TOPIC: those of the transformer.

Exit code: 0 when they are shown, the transaction is ended, or there is none; 1 for an abort without --yes; 69 when the
brokers or topics cannot be used, or it is not to be ended like that; 78 for wrong arguments and settings.
`;

export type TransactionsCommand =
  | { readonly command: 'help' }
  | { readonly command: 'list' }
  | {
      readonly command: 'abort';
      readonly partition: number;
      /** Undefined: the one that has a transaction open there. */
      readonly topic: string | undefined;
      readonly yes: boolean;
    };

/** @throws {Failure}, or the error of node:util's parseArgs, that names the wrong argument */
export function parseTransactionsArguments(args: readonly string[]): TransactionsCommand {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      partition: { type: 'string' },
      topic: { type: 'string' },
      yes: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) return { command: 'help' };
  const [command, ...rest] = positionals;
  if ((command !== 'list' && command !== 'abort') || rest.length > 0) {
    throw wrongArgument('transactions', '"list" or "abort" (--help tells more)');
  }
  if (command === 'list') {
    const [option] = Object.entries(values).find(([, value]) => value !== false) ?? [];
    if (option !== undefined) throw wrongArgument(`--${option}`, '"abort" before it');
    return { command };
  }
  const { partition, topic, yes } = values;
  return { command, partition: wholeNumber('--partition', partition ?? '', 0), topic, yes };
}
