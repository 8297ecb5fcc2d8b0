import type { Broker, ScannedRecord } from '@login-pipeline/plain-wire';
import { scanBatches } from '@login-pipeline/plain-wire';
import type { Input } from './cluster.ts';
import type { Lane } from './contender.ts';
import type { Expected } from './workload.ts';

const FETCH_WAIT_MS = 100;

/**
 * Checks that every login that passes the filter came out once and nothing else did, and that the dead letters are as
 * many as broken records went in. Of compressed outputs only the number is checked.
 *
 * @throws Error that says how many records are lost, there twice, or should not be there
 */
export async function checkOutputs(
  broker: Broker,
  lane: Lane,
  { workload, count, partitions }: Input,
  outcomes: readonly Expected[],
): Promise<void> {
  if (outcomes.includes('emitted')) {
    const seen = new Uint8Array(count);
    let duplicates = 0;
    let strangers = 0;
    let visited = 0;
    const records = await readAll(broker, lane.output, partitions, ({ timestamp }) => {
      const index = timestamp - workload.firstTimestamp;
      visited += 1;
      if (index < 0 || index >= count || workload.expected(index) !== 'emitted') strangers += 1;
      else if (seen[index] === 1) duplicates += 1;
      else seen[index] = 1;
    });
    const expected = workload.count('emitted', count);
    const lost = expected - (visited === 0 ? records : visited - duplicates - strangers);
    if (lost !== 0 || duplicates > 0 || strangers > 0) {
      throw new Error(
        `of ${expected} logins ${lost} are lost, ${duplicates} are there twice and ${strangers} should not be there`,
      );
    }
  }
  if (outcomes.includes('dead_lettered')) {
    const expected = workload.count('dead_lettered', count);
    const found = await readAll(broker, lane.deadLetter, partitions, () => undefined);
    if (found !== expected) throw new Error(`there are ${found} dead letters, not ${expected}`);
  }
}

/** Reads all committed records. @returns how many there are, those of compressed batches included */
export async function readAll(
  broker: Broker,
  topic: string,
  partitions: number,
  visit: (record: ScannedRecord) => void,
): Promise<number> {
  const ends = await broker.ends(topic, partitions);
  const positions = new Array<number>(partitions).fill(0);
  let records = 0;
  while (positions.some((position, partition) => position < (ends[partition] ?? 0))) {
    for (const fetched of await broker.fetch(topic, positions, FETCH_WAIT_MS)) {
      const from = positions[fetched.partition] ?? 0;
      const scan = scanBatches(fetched.batches, from, fetched.aborted, visit);
      positions[fetched.partition] = scan.nextOffset;
      records += scan.records;
    }
  }
  return records;
}
