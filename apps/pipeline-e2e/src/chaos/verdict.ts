import kafkajs from 'kafkajs';
import type { Cluster, Lane } from '../cluster.ts';
import { passesByDefault } from '../expected-outcome.ts';
import { countedBy, ledgerOf } from '../insights-answer.ts';
import type { InputRecord } from '../load.ts';
import { expectedOf, faultsOf, idOf } from '../oracle.ts';
import { recount } from '../recount.ts';
import type { Service } from '../service.ts';
import { TopicReader } from '../topic-reader.ts';
import type { ReadRecord } from '../topic-reader.ts';
import { lastWords } from './stage.ts';

/** What a scenario did to the records. */
export interface Verdict {
  readonly records: number;
  readonly lost: number;
  readonly duplicated: number;
  /** One line each; none when every promise was kept. */
  readonly faults: readonly string[];
}

/** What a scenario has left in its topics. */
export interface Traces {
  /** All that was tried to write. */
  readonly written: readonly InputRecord[];
  /** What was processed of an input topic that is no more. */
  readonly gone: readonly InputRecord[];
  /** Followed the output; undefined: it grew, and its records may be in any partition. */
  readonly concurrent: TopicReader | undefined;
}

/** Compares all that is in the topics with what the contract makes of the input. */
export async function judgeRecords(
  cluster: Cluster,
  lane: Lane,
  { written, gone, concurrent }: Traces,
): Promise<Verdict> {
  const input = [...gone, ...(await heldInput(cluster, lane, written))];
  const outputs = await TopicReader.readAll(cluster, lane.output);
  const deadLetters = await TopicReader.readAll(cluster, lane.deadLetter);
  const run = {
    topic: lane.input,
    input,
    passes: passesByDefault,
    partitionOf: concurrent === undefined ? () => undefined : await placement(cluster, lane),
    outputs: outputs.records,
    deadLetters: deadLetters.records,
  };
  const expected = expectedOf(run);
  const faults = [...faultsOf(run)];
  // Then what looks like a duplicate is none of the services'.
  for (const id of repeated(input)) faults.push(`${id} is in the input more than once`);
  if (outputs.open || deadLetters.open) faults.push('a transaction is left open');
  const [committed, ends] = [await cluster.committed(lane), await cluster.ends(lane.input)];
  if (String(committed) !== String(ends)) {
    faults.push(`the group has committed ${committed.join()} of ${ends.join()}`);
  }
  if (concurrent !== undefined && places(await seenBy(concurrent)) !== places(outputs.records)) {
    faults.push('a reader that followed the output saw other records than one that came later');
  }
  const tallies = [
    tally(expected.outputs.keys(), outputs.records),
    tally(expected.deadLetters.keys(), deadLetters.records),
  ];
  return {
    records: input.length,
    lost: tallies.reduce((sum, { lost }) => sum + lost, 0),
    duplicated: tallies.reduce((sum, { duplicated }) => sum + duplicated, 0),
    faults,
  };
}

/** Compares a replica's answers with a recount of the topic that it reads; waits until it has read all of it. */
export async function judgeInsights(
  cluster: Cluster,
  lane: Lane,
  replica: Service,
): Promise<readonly string[]> {
  const expected = recount((await TopicReader.readAll(cluster, lane.output)).records);
  const consumed = expected.total + expected.expired + expected.invalid;
  try {
    await replica.until('all processed logins', async () => {
      const { total, expired, invalid } = await countedBy(replica).catch(() => NOTHING);
      return total + expired + invalid >= consumed;
    });
  } catch {
    const { total } = await countedBy(replica).catch(() => NOTHING);
    return [`insights: ${total} of ${consumed} logins: ${lastWords(replica)}`];
  }
  const faults: string[] = [];
  if (JSON.stringify(await countedBy(replica)) !== JSON.stringify(expected)) {
    faults.push('insights: other counts than a recount of the topic');
  }
  const { unaccounted } = await ledgerOf(replica);
  if (unaccounted !== 0) faults.push(`ledger: ${unaccounted} records unaccounted for`);
  return faults;
}

/** @returns the ids that occur more than once */
function repeated(input: readonly InputRecord[]): ReadonlySet<string> {
  const seen = new Set<string>();
  return new Set(
    input.flatMap(({ id }) => {
      if (seen.has(id)) return id;
      seen.add(id);
      return [];
    }),
  );
}

async function seenBy(reader: TopicReader): Promise<readonly ReadRecord[]> {
  return (await reader.finish()).records;
}

/** @returns the records that are in the log, with their places there: some may not have got that far */
export async function heldInput(
  cluster: Cluster,
  { input }: Lane,
  written: readonly InputRecord[],
): Promise<readonly InputRecord[]> {
  const byId = new Map(written.map((record) => [record.id, record]));
  const { records } = await TopicReader.readAll(cluster, input);
  return records.flatMap((held) => {
    const record = byId.get(idOf(held));
    return record === undefined ? [] : { ...record, offset: Number(held.offset) };
  });
}

/** @returns where the output's records belong, by the hash of the key, when it has not as many partitions as the input */
async function placement(
  cluster: Cluster,
  { input, output: topic }: Lane,
): Promise<((record: InputRecord) => number) | undefined> {
  const inputs = await cluster.leaders(input);
  const outputs = await cluster.leaders(topic);
  if (inputs.length === outputs.length) return undefined;
  const partitionMetadata = outputs.map((leader, partitionId) => ({
    ...{ partitionId, leader, partitionErrorCode: 0 },
    ...{ replicas: [], isr: [] },
  }));
  const byKey = kafkajs.Partitioners.DefaultPartitioner();
  return ({ key }) => byKey({ topic, partitionMetadata, message: { key, value: null } });
}

const NOTHING = { total: 0, expired: 0, invalid: 0 };

/** Each place once: a reader that joins its group again sees records again. */
function places(records: readonly ReadRecord[]): string {
  const all = records.map((record) => `${record.partition}:${record.offset}:${idOf(record)}`);
  return [...new Set(all)].toSorted().join();
}

function tally(
  expected: Iterable<string>,
  found: readonly ReadRecord[],
): { lost: number; duplicated: number } {
  const ids = new Set(found.map(idOf));
  const lost = [...expected].filter((id) => !ids.has(id)).length;
  return { lost, duplicated: found.length - ids.size };
}
