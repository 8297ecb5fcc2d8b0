import { join } from 'node:path';
import { say } from '@login-pipeline/command';
import type { KafkaRelease } from '@login-pipeline/embedded-kafka';
import type { InputRecord } from '../load.ts';
import { runAll } from './arena.ts';
import { plant } from './plant.ts';
import type { PlantedBug } from './planted-bugs.ts';
import type { Job, Result } from './run-scenario.ts';
import { SCENARIOS } from './scenarios/index.ts';

/** A bug that keeps the input from ever being finished need not be waited for long. */
const DRAIN_TIMEOUT_MS = 20_000;

export interface PlantedOptions {
  readonly root: string;
  /** Folder for the variants. */
  readonly folder: string;
  readonly seed: number;
  readonly minutes: number;
  readonly release: KafkaRelease;
  readonly logs: string | undefined;
  readonly load: readonly InputRecord[];
}

/** How a planted bug was found. */
export interface Catch {
  readonly name: string;
  readonly bug: string;
  readonly scenario: string;
  /** The fault that shows it; undefined: none does. */
  readonly found?: string | undefined;
  readonly lost: number;
  readonly duplicated: number;
  readonly seconds: number;
}

/** Builds each bug and plays the scenario that has to catch it. */
export async function runPlanted(
  bugs: readonly PlantedBug[],
  { root, folder, ...rest }: PlantedOptions,
): Promise<readonly Catch[]> {
  const jobs: Job[] = [];
  for (const bug of bugs) {
    const scenario = SCENARIOS.find(({ name }) => name === bug.scenario);
    if (scenario === undefined) throw new Error(`${bug.name}: no scenario "${bug.scenario}"`);
    const dist = join(folder, bug.name);
    await plant(bug, root, dist);
    jobs.push({ name: bug.name, scenario, dist });
  }
  const catches = new Map<string, Catch>();
  const onResult = (result: Result): void => {
    const bug = bugs.find(({ name }) => name === result.name);
    if (bug === undefined) return;
    const caught = catchOf(bug, result);
    catches.set(bug.name, caught);
    const told = caught.found === undefined ? `NOT CAUGHT, ${result.faults.join('; ')}` : 'caught';
    say(`${bug.name}: ${told}`);
  };
  await runAll(jobs, { ...rest, isSmoke: false, drainTimeoutMs: DRAIN_TIMEOUT_MS, onResult });
  return bugs.flatMap(({ name }) => catches.get(name) ?? []);
}

function catchOf({ name, bug, scenario, symptom }: PlantedBug, result: Result): Catch {
  const { faults, lost, duplicated, seconds } = result;
  // A fault may quote a log below its first line.
  const found = faults.find((fault) => symptom.test(fault))?.split('\n')[0];
  return { name, bug, scenario, found, lost, duplicated, seconds };
}
