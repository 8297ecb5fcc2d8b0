import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { runCommand, say, stopRequested } from '@login-pipeline/command';
import { makeLoad } from '../load.ts';
import { killServices } from '../service.ts';
import { runAll } from './arena.ts';
import { CHAOS_HELP, named, parseChaosArguments } from './arguments.ts';
import type { ChaosArguments } from './arguments.ts';
import { PLANTED_BUGS } from './planted-bugs.ts';
import { writeFigures } from './docs.ts';
import type { Figures } from './docs.ts';
import { brokenPromises, catchTable, resultTable } from './report.ts';
import { runPlanted } from './run-planted.ts';
import type { Result } from './run-scenario.ts';
import { SCENARIOS } from './scenarios/index.ts';

const ROOT = join(import.meta.dirname, '..', '..', '..', '..');
const PARTITIONS = 4;
/** More than a scenario has the time to write. */
const RECORDS = { smoke: 60_000, full: 200_000 };
const DRAIN_TIMEOUT_MS = 60_000;

await runCommand(async () => {
  const options = parseChaosArguments(process.argv.slice(2));
  if (options.help) process.stdout.write(CHAOS_HELP);
  else if (options.list) process.stdout.write(listOfAll());
  else return Promise.race([stopRequested().then(() => 130), run(options)]);
  return 0;
});

async function run(options: ChaosArguments): Promise<number> {
  const began = performance.now();
  const parent = join(ROOT, 'dist', 'chaos');
  mkdirSync(parent, { recursive: true });
  const folder = mkdtempSync(join(parent, 'run-'));
  try {
    const { failed, figures } = await (options.planted ? plantBugs : attack)(options, folder);
    if (options.json !== undefined) {
      writeFileSync(options.json, `${JSON.stringify(figures, null, 2)}\n`);
    }
    if (options.docs) writeFigures(figures);
    say(`done in ${Math.round((performance.now() - began) / 1_000)} s`);
    return failed === 0 ? 0 : 1;
  } finally {
    await killServices();
    rmSync(folder, { recursive: true, force: true });
  }
}

interface Outcome {
  readonly failed: number;
  readonly figures: Figures;
}

async function attack(
  { full, only, minutes, seed, release, logs }: ChaosArguments,
  folder: string,
): Promise<Outcome> {
  const chosen =
    only.length > 0 ? named(only, SCENARIOS) : SCENARIOS.filter(({ smoke }) => full || smoke);
  // A build that is started meanwhile must not change what is tested.
  cpSync(join(ROOT, 'dist', 'apps'), folder, { recursive: true });
  const isShort = chosen.every(({ smoke }) => smoke);
  const load = makeLoad(isShort ? RECORDS.smoke : RECORDS.full, PARTITIONS);
  const jobs = chosen.map((scenario) => ({ name: scenario.name, scenario, dist: folder }));
  const results = await runAll(jobs, {
    ...{ seed, minutes, release, load, logs },
    isSmoke: !full && only.length === 0,
    drainTimeoutMs: DRAIN_TIMEOUT_MS,
    onResult: sayResult,
  });
  process.stdout.write(`\n${[resultTable(results), ...brokenPromises(results)].join('\n')}\n\n`);
  const failed = results.filter(({ faults }) => faults.length > 0).length;
  say(`${results.length - failed} scenarios kept every promise, ${failed} did not`);
  return { failed, figures: { scenarios: results, planted: [] } };
}

async function plantBugs(
  { only, minutes, seed, release, logs }: ChaosArguments,
  folder: string,
): Promise<Outcome> {
  const bugs = only.length > 0 ? named(only, PLANTED_BUGS) : PLANTED_BUGS;
  const load = makeLoad(RECORDS.smoke, PARTITIONS);
  const catches = await runPlanted(bugs, {
    ...{ root: ROOT, folder, seed, minutes, release, load, logs },
  });
  const missed = bugs.length - catches.filter(({ found }) => found !== undefined).length;
  process.stdout.write(`\n${catchTable(catches)}\n\n`);
  say(`${bugs.length - missed} of ${bugs.length} planted bugs were caught`);
  return { failed: missed, figures: { scenarios: [], planted: catches } };
}

function sayResult({ name, faults, seconds }: Result): void {
  say(`${name}: ${faults[0] ?? 'kept'} (${seconds.toFixed(0)} s)`);
}

function listOfAll(): string {
  const scenarios = SCENARIOS.map(({ name, fault }) => `  ${name}: ${fault}`);
  const bugs = PLANTED_BUGS.map(({ name, bug }) => `  ${name}: ${bug}`);
  return ['Scenarios', ...scenarios, 'Planted bugs', ...bugs, ''].join('\n');
}
