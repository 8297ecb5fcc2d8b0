import type { Cluster, Lane } from './cluster.ts';
import { passesByDefault } from './expected-outcome.ts';
import type { InputRecord } from './load.ts';
import { faultsOf } from './oracle.ts';
import { TopicReader } from './topic-reader.ts';

/** @returns what is wrong with all that a pipeline with the default filter has written, and a transaction left open */
export async function faultsIn(
  cluster: Cluster,
  lane: Lane,
  input: readonly InputRecord[],
): Promise<readonly string[]> {
  const outputs = await TopicReader.readAll(cluster, lane.output);
  const deadLetters = await TopicReader.readAll(cluster, lane.deadLetter);
  const faults = faultsOf({
    topic: lane.input,
    input,
    passes: passesByDefault,
    outputs: outputs.records,
    deadLetters: deadLetters.records,
  });
  const open = outputs.open || deadLetters.open ? ['a transaction is left open'] : [];
  return [...faults, ...open];
}
