import { parseArgs } from 'node:util';
import { EXIT, Failure } from '../failure.ts';
import { SUITES } from './suites.ts';
import type { SuiteName } from './suites.ts';

export const BENCH_HELP = `npm run bench [-- OPTIONS]

Measures the built services against a Kafka of its own and checks what they wrote before a figure counts. Prints
Markdown. Needs Linux. A full run takes about an hour; leave the machine alone meanwhile.

  --quick      fewer records and rounds: three minutes, rough figures
  --peers      also runs Kafka Streams, Nest's Kafka transport and confluent-kafka (Python) on the same records, in turns
  --only NAME  runs one suite, may be given several times: ${Object.keys(SUITES).join(', ')}
  --json FILE  writes the figures of every single run
  --docs       puts the figures of the suites that ran into docs/performance.md and docs/scaling.md
  --help       shows this text
`;

export interface BenchArguments {
  readonly quick: boolean;
  readonly peers: boolean;
  readonly only: readonly SuiteName[];
  readonly json: string | undefined;
  readonly docs: boolean;
  readonly help: boolean;
}

/** @throws {Failure}, or the error of node:util's parseArgs, that names the wrong option */
export function parseBenchArguments(args: readonly string[]): BenchArguments {
  const { only, json, ...flags } = parseArgs({
    args: [...args],
    options: {
      quick: { type: 'boolean', default: false },
      peers: { type: 'boolean', default: false },
      only: { type: 'string', multiple: true, default: [] },
      json: { type: 'string' },
      docs: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  }).values;
  const unknown = only.find((name) => !isSuite(name));
  if (unknown !== undefined) {
    throw new Failure(`--only: expected one of ${Object.keys(SUITES).join(', ')}`, EXIT.config);
  }
  return { ...flags, only: only.filter(isSuite), json };
}

function isSuite(name: string): name is SuiteName {
  return Object.hasOwn(SUITES, name);
}
