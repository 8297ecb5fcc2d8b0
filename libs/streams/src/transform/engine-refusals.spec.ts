import { describe, expect, it } from '@jest/globals';
import { DEAD_LETTER_HEADERS } from '../dead-letter/headers.ts';
import { lastHeader } from '../records/headers.ts';
import type { OutgoingRecord } from '../records/record.ts';
import { EPOCH_MS, SimulatedCluster } from '../testing/simulation/index.ts';
import type { TopicConfig } from '../testing/topic-config.ts';
import { UnwritableRecordsError } from './refusals.ts';
import { DEAD_LETTERS, plannedWork } from './testing/planned-work.ts';
import {
  append,
  GROUP,
  INPUT,
  isDecided,
  OUTPUT,
  outputs,
  startService,
  until,
} from './testing/service.ts';

const HOUR_MS = 3_600_000;
const COUNT = 150;

/** Topics that planned work goes through, with what theirs take. */
function topics(
  output: TopicConfig & { readonly partitions?: number } = {},
  deadLetters: TopicConfig = {},
): SimulatedCluster {
  const cluster = new SimulatedCluster({ seed: 11 });
  cluster.createTopic(INPUT, 1);
  cluster.createTopic(OUTPUT, output.partitions ?? 1, output);
  cluster.createTopic(DEAD_LETTERS, 1, deadLetters);
  return cluster;
}

const record = (value: string, parts: Partial<OutgoingRecord> = {}): OutgoingRecord => ({
  ...{ key: Buffer.from('k'), value: Buffer.from(value), timestamp: EPOCH_MS, ...parts },
});

const numbered = (count: number, prefix = 'login'): string[] =>
  Array.from({ length: count }, (_, index) => `${prefix} ${index}`);

const capitals = (values: readonly string[]): string[] =>
  values.map((value) => value.toUpperCase());

/** Has a service process records, and waits until its group is at their end. */
async function through(cluster: SimulatedCluster, records: readonly OutgoingRecord[]) {
  const end = BigInt(cluster.append(INPUT, 0, records) + records.length);
  const work = plannedWork();
  const service = startService(cluster, 'a', INPUT, work.options);
  const isAtEnd = (): boolean => cluster.committed(GROUP)[0]?.offset === end;
  await until(cluster, () => isAtEnd() && isDecided(cluster, work.options.targets));
  expect(service.failures).toEqual([]);
  return work;
}

const deadLetters = (cluster: SimulatedCluster): (string | undefined)[][] =>
  (cluster.read(DEAD_LETTERS)[0]?.committed ?? []).map(({ headers = [], value }) => [
    String(lastHeader(headers, 'x-dead-letter-reason')),
    value?.toString(),
  ]);

describe('Records that a topic refuses', () => {
  it('become dead letters where their timestamp is refused, and their neighbours come out once, in order', async () => {
    const cluster = topics({ timestampBeforeMaxMs: HOUR_MS });
    const values = numbered(COUNT);
    const isRefused = (index: number) => index % 40 === 7 || index === COUNT - 1;
    const old = { timestamp: EPOCH_MS - 2 * HOUR_MS };
    const { committed } = await through(
      cluster,
      values.map((value, index) => record(value, isRefused(index) ? old : {})),
    );
    const refused = values.filter((_, index) => isRefused(index));
    expect(outputs(cluster, 0)).toEqual(capitals(values.filter((_, index) => !isRefused(index))));
    expect(deadLetters(cluster)).toEqual(refused.map((value) => ['bad_time', value]));
    expect(committed.map(({ reasons }) => reasons.get('bad_time'))).toEqual([refused.length]);
  });

  it('become dead letters where a compacted topic refuses their missing key, whatever the partitions', async () => {
    const cluster = topics({ isCompacted: true, partitions: 3 });
    await through(cluster, [record('one'), record('keyless', { key: null }), record('two')]);
    const written = [0, 1, 2].flatMap((partition) => outputs(cluster, partition));
    expect(written).toEqual(['ONE', 'TWO']);
    expect(deadLetters(cluster)).toEqual([['bad_record', 'keyless']]);
  });

  it('are cut where they are too large together, and set aside where they are too large alone', async () => {
    const cluster = topics({ maxMessageBytes: 1_000 });
    const values = numbered(COUNT);
    const large = 'large'.repeat(500);
    const records = [...values.slice(0, 70), large, ...values.slice(70)];
    await through(
      cluster,
      records.map((value) => record(value)),
    );
    expect(outputs(cluster, 0)).toEqual(capitals(values));
    expect(deadLetters(cluster)).toEqual([['too_large', large]]);
  });

  it('leave out of their dead letters no more than they must', async () => {
    const cluster = topics({}, { maxMessageBytes: 1_500 });
    const headers = [['source', 'own'.repeat(1_000)] as const];
    const work = await through(cluster, [
      record('bad'),
      record(`bad${'x'.repeat(2_000)}`),
      record('bad', { headers }),
      record('good'),
    ]);
    const written = cluster.read(DEAD_LETTERS)[0]?.committed ?? [];
    expect(written.map(({ key, value }) => [key?.toString(), value?.toString()])).toEqual([
      ['k', 'bad'],
      ['k', undefined],
      [undefined, undefined],
    ]);
    const omitted = written.map((it) =>
      Number(lastHeader(it.headers ?? [], DEAD_LETTER_HEADERS.omittedBytes) ?? 0),
    );
    expect(omitted).toEqual([0, 2_003, expect.any(Number)]);
    expect(work.shortened).toContainEqual({ partition: 0, offset: '1', omittedBytes: 2_003 });
    expect(outputs(cluster, 0)).toEqual(['GOOD']);
  });

  it('end the engine where a dead letter is too large without all that can be left out, and name its topic', async () => {
    const cluster = topics({}, { maxMessageBytes: 100 });
    const service = startService(cluster, 'a', INPUT, plannedWork().options);
    append(cluster, 0, 'bad');
    await until(cluster, () => service.failures.length > 0);
    const [failure] = service.failures;
    expect(failure).toBeInstanceOf(UnwritableRecordsError);
    expect(String(failure)).toContain(`"${DEAD_LETTERS}" (MESSAGE_TOO_LARGE)`);
    expect(String(failure)).not.toContain(`"${OUTPUT}"`);
    expect(cluster.committed(GROUP)).toMatchObject([{ offset: 0n }]);
  });
});

describe('Dead letters', () => {
  it('go to partitions that their topic gets after the input', async () => {
    const cluster = topics();
    const service = startService(cluster, 'a', INPUT, plannedWork().options);
    await until(cluster, () => service.engine.member.owned.size === 1);
    for (const topic of [INPUT, OUTPUT]) cluster.growTopic(topic, 2);
    await cluster.run(cluster.now() + 50);
    append(cluster, 1, 'bad early');
    await until(cluster, () => outputs(cluster, 0, DEAD_LETTERS).length === 1);
    cluster.growTopic(DEAD_LETTERS, 2);
    await cluster.run(cluster.now() + 10_000);
    append(cluster, 1, 'bad late');
    await until(cluster, () => outputs(cluster, 1, DEAD_LETTERS).length === 1);
    const written = [0, 1].map((partition) => outputs(cluster, partition, DEAD_LETTERS));
    expect(written).toEqual([['bad early'], ['bad late']]);
    expect(service.failures).toEqual([]);
  });
});
