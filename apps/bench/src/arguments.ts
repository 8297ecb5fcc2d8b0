import { parseArgs } from 'node:util';
import { EXIT, Failure } from '@login-pipeline/command';
import { SUITES } from './suites.ts';
import type { SuiteName } from './suites.ts';

export const BENCH_HELP = `npm run bench [-- OPTIONS]

Measures the built services against a Kafka of its own and checks what they wrote before a figure counts. Prints
Markdown. Needs Linux. A full run takes about an hour; leave the machine alone meanwhile.

  --quick      fewer records and rounds: three minutes, rough figures
  --peers      also runs Kafka Streams, Nest's Kafka transport and confluent-kafka (Python) on the same records, in turns
  --only NAME  runs one suite, may be given several times: ${Object.keys(SUITES).join(', ')}
  --rounds N   how often each figure is taken (default 5, with --quick 2)
  --soak       instead: both services at their full rate, to see whether memory, file descriptors, timers or the event
               loop's delay grow; exits with 70 when one does
  --minutes N  how long the soak lasts, 5 at least (default 10)
  --json FILE  writes the figures of every single run
  --docs       puts the figures of the suites that ran into docs/performance.md and docs/scaling.md
  --help       shows this text
`;

/** Fewer do not show a slope. */
const FEWEST_SOAK_MINUTES = 5;

export interface BenchArguments {
  readonly quick: boolean;
  readonly peers: boolean;
  readonly only: readonly SuiteName[];
  /** Undefined: as many as the scale has. */
  readonly rounds: number | undefined;
  readonly json: string | undefined;
  readonly docs: boolean;
  readonly soak: boolean;
  /** Of the soak. */
  readonly minutes: number;
  readonly help: boolean;
}

/** @throws {Failure}, or the error of node:util's parseArgs, that names the wrong option */
export function parseBenchArguments(args: readonly string[]): BenchArguments {
  const { only, rounds, json, minutes, ...flags } = parseArgs({
    args: [...args],
    options: {
      quick: { type: 'boolean', default: false },
      peers: { type: 'boolean', default: false },
      only: { type: 'string', multiple: true, default: [] },
      rounds: { type: 'string' },
      json: { type: 'string' },
      docs: { type: 'boolean', default: false },
      soak: { type: 'boolean', default: false },
      minutes: { type: 'string', default: '10' },
      help: { type: 'boolean', default: false },
    },
  }).values;
  const unknown = only.find((name) => !isSuite(name));
  if (unknown !== undefined) {
    throw new Failure(`--only: expected one of ${Object.keys(SUITES).join(', ')}`, EXIT.config);
  }
  if (!/^\d+$/.test(minutes) || Number(minutes) < FEWEST_SOAK_MINUTES) {
    throw new Failure(`--minutes: expected ${FEWEST_SOAK_MINUTES} or more`, EXIT.config);
  }
  if (rounds !== undefined && !/^[1-9]\d*$/.test(rounds)) {
    throw new Failure('--rounds: expected 1 or more', EXIT.config);
  }
  return {
    ...flags,
    only: only.filter(isSuite),
    rounds: rounds === undefined ? undefined : Number(rounds),
    json,
    minutes: Number(minutes),
  };
}

function isSuite(name: string): name is SuiteName {
  return Object.hasOwn(SUITES, name);
}
