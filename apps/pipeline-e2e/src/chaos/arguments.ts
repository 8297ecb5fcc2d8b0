import { parseArgs } from 'node:util';
import { EXIT, Failure } from '@login-pipeline/command';
import { kafkaVersion } from '@login-pipeline/embedded-kafka';
import type { KafkaRelease } from '@login-pipeline/embedded-kafka';
import { isKafka3 } from './release.ts';

export const CHAOS_HELP = `npm run chaos [-- OPTIONS]

Attacks the built services on a Kafka of its own and compares every record that comes out with what the contract says.
Exits with 1 when a record is lost, duplicated or wrong, or a service takes longer to recover than its bound.

  --smoke      the scenarios that show most, in less than five minutes (default); clusters run at once, and
               services have three times their bound to recover
  --full       all of them, on three brokers too; about an hour
  --planted    builds known-bad variants of the services and shows that each is caught
  --only NAME  one scenario, or with --planted one bug; may be given several times
  --minutes N  how long the scenario "hostile" writes odd records (default 1)
  --seed N     repeats the random choices of a run (default 1)
  --kafka VERSION           another release of Kafka, from 3.9.0 on, which Maven Central has
  --transaction-version 1|2 the transaction protocol of Kafka 4: before KIP-890, or with it (default: the release's own)
  --json FILE  writes the results there too
  --docs       writes them into docs/guarantees.md, in the place of older ones of the same names
  --logs DIR   keeps the logs of all services there
  --list       names the scenarios and the planted bugs
  --help       shows this text
`;

export interface ChaosArguments {
  readonly full: boolean;
  readonly planted: boolean;
  readonly only: readonly string[];
  readonly minutes: number;
  readonly seed: number;
  readonly release: KafkaRelease;
  readonly json: string | undefined;
  readonly docs: boolean;
  readonly logs: string | undefined;
  readonly list: boolean;
  readonly help: boolean;
}

/** @throws {Failure}, or the error of node:util's parseArgs, that names the wrong option */
export function parseChaosArguments(args: readonly string[]): ChaosArguments {
  const {
    minutes,
    seed,
    kafka,
    'transaction-version': transactionVersion,
    ...rest
  } = parseArgs({
    args: [...args],
    options: {
      smoke: { type: 'boolean', default: true },
      full: { type: 'boolean', default: false },
      planted: { type: 'boolean', default: false },
      only: { type: 'string', multiple: true, default: [] },
      minutes: { type: 'string', default: '1' },
      seed: { type: 'string', default: '1' },
      kafka: { type: 'string' },
      'transaction-version': { type: 'string' },
      json: { type: 'string' },
      docs: { type: 'boolean', default: false },
      logs: { type: 'string' },
      list: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  }).values;
  if (!(Number(minutes) > 0)) {
    throw new Failure(`--minutes ${minutes}: expected a number above 0`, EXIT.config);
  }
  return {
    ...rest,
    json: rest.json,
    logs: rest.logs,
    minutes: Number(minutes),
    seed: Number(seed),
    release: releaseOf(kafka, transactionVersion),
  };
}

function releaseOf(kafka?: string, level?: string): KafkaRelease {
  const version = kafka && kafkaVersion(kafka);
  if (level === undefined) return { version };
  if (level !== '1' && level !== '2') {
    throw new Failure(`--transaction-version ${level}: expected 1 or 2`, EXIT.config);
  }
  if (isKafka3({ version })) {
    throw new Failure('--transaction-version: Kafka 3 has one only', EXIT.config);
  }
  return { version, transactionVersion: level === '1' ? 1 : 2 };
}

/**
 * @param all scenarios, or planted bugs
 * @returns those that `--only` names
 * @throws Failure when it names another one
 */
export function named<Item extends { readonly name: string }>(
  only: readonly string[],
  all: readonly Item[],
): readonly Item[] {
  return only.map((name) => {
    const found = all.find((item) => item.name === name);
    if (found !== undefined) return found;
    const names = all.map((item) => item.name).join(', ');
    throw new Failure(`--only ${name}: expected one of ${names}`, EXIT.config);
  });
}
