import { sameBytes, sameHeaders } from './compare.ts';
import { deadLetterFault } from './expected-dead-letter.ts';
import type { Refusal } from './expected-dead-letter.ts';
import { expectedOutcome, markFault } from './expected-outcome.ts';
import type { InputRecord } from './load.ts';
import type { ReadRecord } from './topic-reader.ts';

/** How many faults a report lists: enough to see the kind. */
const LISTED_FAULTS = 20;

/** What went in, and what came out for readers of committed records. */
export interface Run {
  readonly topic: string;
  readonly input: readonly InputRecord[];
  readonly passes: (appVersion: string) => boolean;
  /** The output's partition of an input record, undefined where it may be any; default: its own. */
  readonly partitionOf?: ((record: InputRecord) => number | undefined) | undefined;
  readonly outputs: readonly ReadRecord[];
  readonly deadLetters: readonly ReadRecord[];
}

/** What must come out. */
export interface Expected {
  /** By id, in the order of the input. */
  readonly outputs: ReadonlyMap<string, InputRecord>;
  readonly deadLetters: ReadonlyMap<string, Refusal>;
}

/** Judges every input record by the contract. */
export function expectedOf({
  topic,
  input,
  passes,
}: Pick<Run, 'topic' | 'input' | 'passes'>): Expected {
  const outputs = new Map<string, InputRecord>();
  const deadLetters = new Map<string, Refusal>();
  for (const record of input) {
    const outcome = expectedOutcome(record.value);
    if (typeof outcome === 'string') {
      deadLetters.set(record.id, { record, topic, reason: outcome });
    } else if (passes(outcome.appVersion)) {
      outputs.set(record.id, record);
    }
  }
  return { outputs, deadLetters };
}

/**
 * Compares a run with what the contract says of its input.
 *
 * @returns one line per fault, none when every record came out exactly once, where and as it must
 */
export function faultsOf(run: Run): readonly string[] {
  const expected = expectedOf(run);
  const faults = [
    ...countFaults('processed login', expected.outputs, run.outputs),
    ...orderFaults(expected.outputs, run.outputs),
    ...recordFaults(expected.outputs, run.outputs, (input, output) =>
      outputFault(
        input,
        output,
        run.partitionOf === undefined ? input.partition : run.partitionOf(input),
      ),
    ),
    ...countFaults('dead letter', expected.deadLetters, run.deadLetters),
    ...recordFaults(expected.deadLetters, run.deadLetters, deadLetterFault),
  ];
  return faults.length > LISTED_FAULTS
    ? [...faults.slice(0, LISTED_FAULTS), `and ${faults.length - LISTED_FAULTS} more`]
    : faults;
}

/** What is said of a record that is missing, and of one that is there again. */
export const LOST = /: lost$/;
export const DUPLICATED = /: duplicated, at \d+:\d+ and \d+:\d+$/;

/** Lost, duplicated and unexpected records. */
function* countFaults(
  what: string,
  expected: ReadonlyMap<string, unknown>,
  found: readonly ReadRecord[],
): Generator<string> {
  const seen = new Map<string, ReadRecord>();
  for (const record of found) {
    const id = idOf(record);
    const first = seen.get(id);
    if (!expected.has(id)) yield `${what} ${id}: unexpected`;
    else if (first) yield `${what} ${id}: duplicated, at ${placeOf(first)} and ${placeOf(record)}`;
    seen.set(id, record);
  }
  for (const id of expected.keys()) {
    if (!seen.has(id)) yield `${what} ${id}: lost`;
  }
}

/** Within a partition the records of each input partition of one topic keep their order, and so does every key. */
function* orderFaults(
  expected: ReadonlyMap<string, InputRecord>,
  found: readonly ReadRecord[],
): Generator<string> {
  const last = new Map<string, number>();
  for (const record of found) {
    const input = expected.get(idOf(record));
    if (input === undefined) continue;
    const way = `${input.topic ?? ''}:${input.partition}>${record.partition}`;
    if (input.offset < (last.get(way) ?? -1)) {
      yield `processed login ${idOf(record)}: after a later one`;
    }
    last.set(way, input.offset);
  }
}

function* recordFaults<E>(
  expected: ReadonlyMap<string, E>,
  found: readonly ReadRecord[],
  faultOf: (expected: E, record: ReadRecord) => string | undefined,
): Generator<string> {
  for (const record of found) {
    const wanted = expected.get(idOf(record));
    const fault = wanted === undefined ? undefined : faultOf(wanted, record);
    if (fault !== undefined) yield `${idOf(record)}: ${fault}`;
  }
}

function outputFault(
  input: InputRecord,
  output: ReadRecord,
  partition: number | undefined,
): string | undefined {
  if (partition !== undefined && output.partition !== partition) return 'in another partition';
  if (output.timestamp !== input.timestamp) return 'another timestamp';
  if (!sameBytes(output.key, input.key)) return 'another key';
  if (!sameHeaders(output.headers, input.headers)) return 'other headers';
  if (input.value === null || output.value === null) return 'no value';
  return markFault(input.value, output.value);
}

function placeOf({ partition, offset }: ReadRecord): string {
  return `${partition}:${offset}`;
}

/** @returns the name that a record carries in its headers */
export function idOf({ headers }: Pick<ReadRecord, 'headers'>): string {
  return String(headers?.['id']);
}
