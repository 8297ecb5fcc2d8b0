import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { runCommand, say, stopRequested } from '@login-pipeline/tools/command';
import { makeLoad } from '../load.ts';
import { killServices } from '../service.ts';
import { runAll } from './arena.ts';
import { CHAOS_HELP, parseChaosArguments } from './arguments.ts';
import type { ChaosArguments } from './arguments.ts';
import { PLANTED_BUGS } from './planted-bugs.ts';
import { resultTable } from './report.ts';
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
    const { failed, results } = await (options.planted ? plantBugs : attack)(options, folder);
    if (options.json !== undefined) {
      writeFileSync(options.json, `${JSON.stringify(results, null, 2)}\n`);
    }
    say(`done in ${Math.round((performance.now() - began) / 1_000)} s`);
    return failed === 0 ? 0 : 1;
  } finally {
    await killServices();
    rmSync(folder, { recursive: true, force: true });
  }
}

interface Outcome {
  readonly failed: number;
  readonly results: readonly Result[];
}

async function attack(
  { full, only, seed, logs }: ChaosArguments,
  folder: string,
): Promise<Outcome> {
  const chosen = SCENARIOS.filter(({ name, smoke }) =>
    only.length > 0 ? only.includes(name) : full || smoke,
  );
  // A build that somebody starts meanwhile must not change what is tested.
  cpSync(join(ROOT, 'dist', 'apps'), folder, { recursive: true });
  const load = makeLoad(full ? RECORDS.full : RECORDS.smoke, PARTITIONS);
  const results: Result[] = [];
  for (const brokers of [1, 3] as const) {
    const jobs = chosen
      .filter((scenario) => scenario.brokers === brokers)
      .map((scenario) => ({ name: scenario.name, scenario, dist: folder }));
    if (jobs.length === 0) continue;
    say(`${jobs.length} scenarios on ${brokers === 1 ? 'one broker' : 'three brokers'}`);
    const rest = { seed, load, logs, drainTimeoutMs: DRAIN_TIMEOUT_MS, onResult: sayResult };
    results.push(...(await runAll(jobs, brokers, rest)));
  }
  const failed = results.filter(({ faults }) => faults.length > 0).length;
  process.stdout.write(`\n${resultTable(results)}\n\n`);
  say(`${results.length - failed} scenarios kept every promise, ${failed} did not`);
  return { failed, results };
}

async function plantBugs({ only, seed, logs }: ChaosArguments, folder: string): Promise<Outcome> {
  const bugs = PLANTED_BUGS.filter(({ name }) => only.length === 0 || only.includes(name));
  const load = makeLoad(RECORDS.smoke, PARTITIONS);
  const { table, missed, results } = await runPlanted(bugs, {
    root: ROOT,
    folder,
    seed,
    load,
    logs,
  });
  process.stdout.write(`\n${table}\n\n`);
  say(`${bugs.length - missed} of ${bugs.length} planted bugs were caught`);
  return { failed: missed, results };
}

function sayResult({ name, faults, seconds }: Result): void {
  say(`${name}: ${faults[0] ?? 'kept'} (${seconds.toFixed(0)} s)`);
}

function listOfAll(): string {
  const scenarios = SCENARIOS.map(({ name, fault }) => `  ${name}: ${fault}`);
  const bugs = PLANTED_BUGS.map(({ name, bug }) => `  ${name}: ${bug}`);
  return ['Scenarios', ...scenarios, 'Planted bugs', ...bugs, ''].join('\n');
}
