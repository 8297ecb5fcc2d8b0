import { outcomeOf } from '@login-pipeline/streams/testing';

/** What is in the topics at the end, by the numbers of the records. */
export interface Found {
  /** Of the input's log as it is now, by partition. */
  readonly input: readonly (readonly number[])[];
  /** All that were ever written to the input. */
  readonly written: ReadonlySet<number>;
  /** Committed records of each partition, in order. */
  readonly output: readonly (readonly number[])[];
  readonly deadLetters: readonly (readonly number[])[];
  /** Whether each output partition has the records of one input partition. */
  readonly isAligned: boolean;
}

/**
 * Compares what came out with what came in: each record of the input once, in order, where its
 * outcome says. Of records that the input does not have any more, because it was truncated or
 * created anew, none may come twice.
 *
 * @returns what is wrong, each as a sentence
 */
export function faultsOf({ input, written, output, deadLetters, isAligned }: Found): string[] {
  const faults: string[] = [];
  const outputs = countsOf(output);
  const setAside = countsOf(deadLetters);
  for (const partition of input) {
    for (const serial of partition) {
      const outcome = outcomeOf(serial);
      const wanted = { emit: [1, 0], drop: [0, 0], 'dead-letter': [0, 1] }[outcome];
      const found = [outputs.get(serial) ?? 0, setAside.get(serial) ?? 0];
      if (found[0] === wanted[0] && found[1] === wanted[1]) continue;
      const sum = (found[0] ?? 0) + (found[1] ?? 0);
      if (sum === 0) faults.push(`lost: ${serial}`);
      else faults.push(`${sum > 1 ? 'duplicated' : 'misplaced'}: ${serial}`);
    }
  }
  const current = new Set(input.flat());
  for (const [serial, count] of [...outputs, ...setAside]) {
    if (!written.has(serial)) faults.push(`invented: ${serial}`);
    else if (!current.has(serial) && count > 1) faults.push(`duplicated: ${serial}`);
  }
  if (isAligned) faults.push(...output.flatMap(disorderOf));
  return faults;
}

function countsOf(partitions: readonly (readonly number[])[]): Map<number, number> {
  const counts = new Map<number, number>();
  for (const serial of partitions.flat()) counts.set(serial, (counts.get(serial) ?? 0) + 1);
  return counts;
}

/** Records are numbered as they are written. */
function disorderOf(serials: readonly number[]): string[] {
  let last = -1;
  return serials.flatMap((serial) => {
    const isBehind = serial < last;
    last = serial;
    return isBehind ? [`out of order: ${serial}`] : [];
  });
}
