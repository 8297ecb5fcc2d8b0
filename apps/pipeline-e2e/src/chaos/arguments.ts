import { parseArgs } from 'node:util';

export const CHAOS_HELP = `npm run chaos [-- OPTIONS]

Attacks the built services on a Kafka of its own and compares every record that comes out with what the contract says.
Exits with 1 when a record is lost, duplicated or wrong, or a service takes longer to recover than its bound.

  --smoke      the scenarios that show most, in less than five minutes (default)
  --full       all of them, on three brokers too; up to an hour
  --planted    builds known-bad variants of the services and shows that each is caught
  --only NAME  one scenario, or with --planted one bug; may be given several times
  --seed N     repeats the random choices of a run (default 1)
  --json FILE  writes the results there too
  --logs DIR   keeps the logs of all services there
  --list       names the scenarios and the planted bugs
  --help       shows this text
`;

export interface ChaosArguments {
  readonly full: boolean;
  readonly planted: boolean;
  readonly only: readonly string[];
  readonly seed: number;
  readonly json: string | undefined;
  readonly logs: string | undefined;
  readonly list: boolean;
  readonly help: boolean;
}

/** @throws the error of node:util's parseArgs, which names the wrong option */
export function parseChaosArguments(args: readonly string[]): ChaosArguments {
  const { full, planted, only, seed, json, logs, list, help } = parseArgs({
    args: [...args],
    options: {
      smoke: { type: 'boolean', default: true },
      full: { type: 'boolean', default: false },
      planted: { type: 'boolean', default: false },
      only: { type: 'string', multiple: true, default: [] },
      seed: { type: 'string', default: '1' },
      json: { type: 'string' },
      logs: { type: 'string' },
      list: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  }).values;
  return { full, planted, only, seed: Number(seed), json, logs, list, help };
}
