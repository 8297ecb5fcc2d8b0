import { deadLetter, DROP, emit } from '../../plan/outcome.ts';
import type { Outcome } from '../../plan/outcome.ts';
import { planBatch } from '../../plan/plan.ts';
import type { ConsumedRecord } from '../../records/record.ts';
import { simulatedEncoder } from '../../testing/simulation/simulated-batch.ts';
import { batchPlanner } from '../batch-planner.ts';
import type { CommittedBatch, ShortenedDeadLetter } from '../batch-planner.ts';
import type { TransformOptions } from '../engine.ts';
import { INPUT, OUTPUT } from './service.ts';

export const DEAD_LETTERS = 'dead-letters';
export const LATEST = 'latest';

/** More than the topics of a test take: what they do take has to be found out. */
const MAX_MESSAGE_BYTES = 1_000_000;

const REASONS = {
  service: 'test@1',
  tooLarge: 'too_large',
  refused: { timestamp: 'bad_time', size: 'too_large', record: 'bad_record' },
  now: () => new Date(0),
} as const;

/** Planned work, with what it reported. */
export interface PlannedWork {
  readonly options: Pick<TransformOptions, 'targets' | 'plan'>;
  readonly shortened: ShortenedDeadLetter[];
  readonly committed: CommittedBatch[];
}

/**
 * @param keepsLatest whether the latest output of each key is kept; a record "user@7" is one of "user", at 7
 * @returns work that emits values in capitals, drops those that begin with "drop", and sets aside
 *   those that begin with "bad"
 */
export function plannedWork(keepsLatest = false): PlannedWork {
  const shortened: ShortenedDeadLetter[] = [];
  const committed: CommittedBatch[] = [];
  const latest = { topic: LATEST, timeHeader: 'time', maxMessageBytes: MAX_MESSAGE_BYTES };
  const plan = batchPlanner({
    input: INPUT,
    output: { topic: OUTPUT, maxMessageBytes: MAX_MESSAGE_BYTES },
    deadLetter: { topic: DEAD_LETTERS, maxMessageBytes: MAX_MESSAGE_BYTES },
    latest: keepsLatest ? latest : undefined,
    codec: 'none',
    maxRecords: 1_000,
    encoder: simulatedEncoder,
    handle: (batch) => Promise.resolve(planBatch(batch, decide, REASONS)),
    onShortened: (it) => shortened.push(it),
    onCommitted: (it) => committed.push(it),
  });
  const targets = [OUTPUT, DEAD_LETTERS, ...(keepsLatest ? [LATEST] : [])];
  return { options: { targets, plan }, shortened, committed };
}

function decide({ value }: ConsumedRecord): Outcome<'bad_word'> {
  const text = String(value ?? '');
  if (text.startsWith('drop')) return DROP;
  if (text.startsWith('bad')) return deadLetter('bad_word', 'decode');
  const [key = '', time] = text.split('@');
  const capitals = Buffer.from(text.toUpperCase());
  return time === undefined ? emit(capitals) : emit(capitals, { key, time: Number(time) });
}
