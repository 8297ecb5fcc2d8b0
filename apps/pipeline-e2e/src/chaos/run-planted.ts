import { join } from 'node:path';
import { say } from '@login-pipeline/tools/command';
import type { InputRecord } from '../load.ts';
import { runAll } from './arena.ts';
import { plant } from './plant.ts';
import type { PlantedBug } from './planted-bugs.ts';
import { markdownTable } from './report.ts';
import type { Job, Result } from './run-scenario.ts';
import { SCENARIOS } from './scenarios/index.ts';

/** A bug that keeps the input from ever being finished need not be waited for long. */
const DRAIN_TIMEOUT_MS = 20_000;

export interface PlantedOptions {
  readonly root: string;
  /** Folder for the variants. */
  readonly folder: string;
  readonly seed: number;
  readonly logs: string | undefined;
  readonly load: readonly InputRecord[];
}

/**
 * Builds each bug and plays the scenario that has to catch it.
 *
 * @returns the table, and how many bugs nobody noticed
 */
export async function runPlanted(
  bugs: readonly PlantedBug[],
  { root, folder, ...rest }: PlantedOptions,
): Promise<{ table: string; missed: number; results: readonly Result[] }> {
  const jobs: Job[] = [];
  for (const bug of bugs) {
    const scenario = SCENARIOS.find(({ name }) => name === bug.scenario);
    if (scenario === undefined) throw new Error(`${bug.name}: no scenario "${bug.scenario}"`);
    const dist = join(folder, bug.name);
    await plant(bug, root, dist);
    jobs.push({ name: bug.name, scenario, dist });
  }
  const results = await runAll(jobs, 1, {
    ...rest,
    drainTimeoutMs: DRAIN_TIMEOUT_MS,
    onResult: ({ name, faults }) => {
      const bug = bugs.find((it) => it.name === name);
      say(
        `${name}: ${bug && symptomOf(bug, faults) ? 'caught' : `NOT CAUGHT, ${faults.join('; ')}`}`,
      );
    },
  });
  let missed = 0;
  const rows = bugs.map((bug) => {
    const result = results.find(({ name }) => name === bug.name);
    const symptom = symptomOf(bug, result?.faults ?? []);
    if (symptom === undefined) missed += 1;
    return [
      ...[bug.name, bug.bug, bug.scenario, symptom ?? 'NOT CAUGHT'],
      ...[String(result?.lost ?? 0), String(result?.duplicated ?? 0)],
      `${Math.round(result?.seconds ?? 0)} s`,
    ];
  });
  const titles = ['bug', 'what it does', 'caught by', 'found', 'lost', 'duplicated', 'after'];
  return { table: markdownTable(titles, rows), missed, results };
}

/** @returns the first fault that shows the bug */
function symptomOf({ symptom }: PlantedBug, faults: readonly string[]): string | undefined {
  return faults.find((fault) => symptom.test(fault));
}
