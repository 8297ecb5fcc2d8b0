import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import type { ScheduleResult } from './schedule.ts';
import type { WorkerLine } from './worker.ts';

export interface WorkerOptions {
  /** The worker, as TypeScript or bundled. */
  readonly file: string;
  readonly firstSeed: number;
  /** How many workers share the seeds. */
  readonly step: number;
  /** It begins no schedule after so long; default: it may. */
  readonly milliseconds?: number;
  /** How many it explores at most; default: any number. */
  readonly schedules?: number;
  /** It ends as soon as a fault matches. */
  readonly symptom?: RegExp | undefined;
  readonly onFound?: (result: ScheduleResult) => void;
}

export interface WorkerResult {
  readonly found: readonly ScheduleResult[];
  readonly schedules: number;
  readonly requests: number;
}

/** Short-lived objects of a schedule should die young. */
const NODE_OPTIONS = ['--max-semi-space-size=64', '--disable-warning=ExperimentalWarning'];

/** Explores in a process of its own. @throws Error when that ends before it is done */
export async function runWorker(options: WorkerOptions): Promise<WorkerResult> {
  const { file, firstSeed, step, symptom, onFound } = options;
  const { milliseconds = Infinity, schedules = Infinity } = options;
  const args = [firstSeed, step, milliseconds, schedules].map(String);
  if (symptom !== undefined) args.push(symptom.source);
  const child = spawn(process.execPath, [...NODE_OPTIONS, file, ...args], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const found: ScheduleResult[] = [];
  let done: { readonly schedules: number; readonly requests: number } | undefined;
  for await (const text of createInterface({ input: child.stdout })) {
    const line = JSON.parse(text) as WorkerLine;
    if (line.kind === 'done') {
      done = line;
      continue;
    }
    found.push(line);
    onFound?.(line);
  }
  if (done === undefined) throw new Error('A worker ended before it was done');
  return { found, schedules: done.schedules, requests: done.requests };
}
