import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { EXIT, Failure, runCommand, say } from '@login-pipeline/command';
import { findPlanted } from './find-planted.ts';
import { explorePoints } from './points.ts';
import { PLANTED_BUGS } from './planted-bugs.ts';
import { runWorker } from './run-worker.ts';
import { runSchedule } from './schedule.ts';
import type { ScheduleResult } from './schedule.ts';

const HELP = `npm run explore [-- OPTIONS]

Runs the engine on a simulated Kafka cluster through as many schedules as there is time for: processes that die and freeze, lost
and late requests, brokers that stop, leaders that move, topics that grow and are created anew. Compares every record that comes
out with what came in. Exits with 1 when one is lost, comes twice, or never comes.

  --minutes N    for how long, on all cores (default 0.5)
  --seed N       the first schedule (default: another one each time)
  --replay N     one schedule, with all that happens in it
  --points       hits each request of a run in turn, on one core: loses it or its answer, kills or freezes its sender, stops its
                 broker, answers it with an error
  --planted      plants bugs in the engine, and shows how soon each is found
  --only NAME    one of the planted bugs; may be given several times
  --help         shows this text
`;

/** A planted bug that takes longer is not found. */
const PLANTED_MS = 10_000;
const SEEDS = 1_000_000_000;

await runCommand(async () => {
  const options = parse();
  if (options.help) {
    process.stdout.write(HELP);
    return 0;
  }
  if (options.replay !== undefined) return replay(number('--replay', options.replay));
  if (options.planted || options.only !== undefined) return findAll(options.only);
  const first = options.seed === undefined ? Date.now() % SEEDS : number('--seed', options.seed);
  if (options.points) return points(first, number('--minutes', options.minutes));
  return explore(first, number('--minutes', options.minutes));
});

function parse(): {
  readonly minutes: string;
  readonly seed?: string;
  readonly replay?: string;
  readonly points: boolean;
  readonly planted: boolean;
  readonly only?: string[];
  readonly help: boolean;
} {
  try {
    return parseArgs({
      options: {
        minutes: { type: 'string', default: '0.5' },
        seed: { type: 'string' },
        replay: { type: 'string' },
        points: { type: 'boolean', default: false },
        planted: { type: 'boolean', default: false },
        only: { type: 'string', multiple: true },
        help: { type: 'boolean', default: false },
      },
    }).values;
  } catch (error) {
    throw new Failure(error instanceof Error ? error.message : String(error), EXIT.config);
  }
}

function number(option: string, text: string): number {
  const value = Number(text);
  if (text.trim() !== '' && Number.isFinite(value) && value >= 0) return value;
  throw new Failure(`${option}: expected a number from 0 on`, EXIT.config);
}

async function explore(first: number, minutes: number): Promise<number> {
  const step = availableParallelism();
  const began = performance.now();
  const workers = Array.from({ length: step }, (_, worker) =>
    runWorker({
      file: join(import.meta.dirname, 'worker.ts'),
      firstSeed: first + worker,
      step,
      milliseconds: minutes * 60_000,
      onFound: tell,
    }),
  );
  const results = await Promise.all(workers);
  const schedules = results.reduce((sum, result) => sum + result.schedules, 0);
  const failed = results.reduce((sum, { found }) => sum + found.length, 0);
  const perMinute = Math.round((schedules / (performance.now() - began)) * 60_000);
  say(
    `${schedules} schedules from seed ${first} on, ${perMinute} a minute, ${failed} showed faults`,
  );
  return failed === 0 ? 0 : 1;
}

async function points(seed: number, minutes: number): Promise<number> {
  const { runs, failed } = await explorePoints({
    seed,
    milliseconds: minutes * 60_000,
    onFound: (setting, { hits, faults }) => {
      say(`${JSON.stringify(setting)} (${hits.join(', ')}): ${faults.slice(0, 5).join('; ')}`);
    },
  });
  say(`${runs} runs from seed ${seed} on, ${failed} showed faults`);
  return failed === 0 ? 0 : 1;
}

async function replay(seed: number): Promise<number> {
  const result = await runSchedule({
    seed,
    onTrace: (line) => process.stdout.write(`${line}\n`),
  });
  tell(result);
  return result.faults.length === 0 ? 0 : 1;
}

async function findAll(only: readonly string[] | undefined): Promise<number> {
  const unknown = only?.filter((name) => PLANTED_BUGS.every((bug) => bug.name !== name)) ?? [];
  if (unknown.length > 0) {
    throw new Failure(`--only: there is no planted bug ${unknown.join(', ')}`, EXIT.config);
  }
  let missed = 0;
  for (const bug of PLANTED_BUGS.filter(({ name }) => only?.includes(name) ?? true)) {
    const { found, schedules, seconds } = await findPlanted(bug, PLANTED_MS);
    const time = `${seconds.toFixed(1)} s, ${schedules} schedules`;
    if (found === undefined) {
      missed += 1;
      say(`${bug.name}: not found in ${time}`);
    } else {
      say(`${bug.name}: found in ${time}, by seed ${found.seed}: ${found.faults[0] ?? ''}`);
    }
  }
  return missed === 0 ? 0 : 1;
}

function tell({ seed, faults, attacks }: ScheduleResult): void {
  const verdict = faults.length === 0 ? 'nothing is wrong' : faults.slice(0, 5).join('; ');
  say(`seed ${seed} (${attacks.join(', ')}): ${verdict}`);
}
