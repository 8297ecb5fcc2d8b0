import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { planting } from '@login-pipeline/planting';
import { build } from 'esbuild';
import type { PlantedBug } from './planted-bugs.ts';
import { runWorker } from './run-worker.ts';
import type { ScheduleResult } from './schedule.ts';

const ROOT = join(import.meta.dirname, '..', '..', '..');
/** Below the repository, whose packages a worker may need. */
const OUTPUT = join(ROOT, 'dist', 'explore');

/** How a planted bug was found. */
export interface FoundBug {
  /** The schedule that shows it; undefined: none did. */
  readonly found: ScheduleResult | undefined;
  readonly schedules: number;
  readonly seconds: number;
}

/** Explores the engine with a bug in it, on one core, until a schedule shows the bug. */
export async function findPlanted(bug: PlantedBug, milliseconds: number): Promise<FoundBug> {
  await mkdir(OUTPUT, { recursive: true });
  const folder = await mkdtemp(join(OUTPUT, 'planted-'));
  try {
    const file = join(folder, 'worker.mjs');
    await build({
      absWorkingDir: ROOT,
      entryPoints: [join(import.meta.dirname, 'worker.ts')],
      outfile: file,
      bundle: true,
      platform: 'node',
      format: 'esm',
      target: 'node24',
      logLevel: 'error',
      plugins: [await planting(bug, ROOT)],
    });
    const began = performance.now();
    const { symptom } = bug;
    const explored = await runWorker({ file, firstSeed: 1, step: 1, milliseconds, symptom });
    const found = explored.found.find(({ faults }) => faults.some((fault) => symptom.test(fault)));
    const seconds = (performance.now() - began) / 1_000;
    return { found, schedules: explored.schedules, seconds };
  } finally {
    await rm(folder, { recursive: true });
  }
}
