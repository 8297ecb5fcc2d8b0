import { runSchedule } from './schedule.ts';
import type { ScheduleResult } from './schedule.ts';

/** What a worker prints: a line for each schedule that shows something wrong, and one at the end. */
export type WorkerLine =
  | ({ readonly kind: 'found' } & ScheduleResult)
  | { readonly kind: 'done'; readonly schedules: number; readonly requests: number };

const [, , first, step, milliseconds, most, symptom] = process.argv;
const began = performance.now();
let schedules = 0;
let requests = 0;
for (
  let seed = Number(first);
  schedules < Number(most) && performance.now() - began < Number(milliseconds);
  seed += Number(step)
) {
  const result = await runSchedule({ seed });
  schedules += 1;
  requests += result.requests;
  if (result.faults.length === 0) continue;
  print({ kind: 'found', ...result });
  if (symptom !== undefined && result.faults.some((fault) => new RegExp(symptom).test(fault)))
    break;
}
print({ kind: 'done', schedules, requests });
// What is left of services that were killed waits for ever.
process.exit(0);

function print(line: WorkerLine): void {
  process.stdout.write(`${JSON.stringify(line)}\n`);
}
