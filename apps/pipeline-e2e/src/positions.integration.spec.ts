import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { brokers, Cluster } from './cluster.ts';
import type { Lane } from './cluster.ts';
import { makeLoad } from './load.ts';
import { expectedOf, faultsOf } from './oracle.ts';
import { refusal } from './failed-start.ts';
import { passesByDefault } from './expected-outcome.ts';
import { aggregatorOf } from './restartable-aggregator.ts';
import { runTool } from './secure-kafka.ts';
import { killServices, Service } from './service.ts';
import { TopicReader } from './topic-reader.ts';

const DEADLINE_MS = 60_000;

describe('positions that an operator sets', () => {
  let cluster: Cluster;

  beforeAll(async () => {
    cluster = await Cluster.connect();
  });
  afterEach(killServices);
  afterAll(() => cluster.disconnect());

  it(
    'are where transformer and aggregator go on, and what they repeat or skip is told',
    async () => {
      const lane = await cluster.lane({ partitions: 1 });
      const load = makeLoad(60, 1);
      const [first, second, third] = [load.slice(0, 20), load.slice(20, 40), load.slice(40)];
      const passing = (input: typeof load): number =>
        expectedOf({ topic: lane.input, input, passes: passesByDefault }).outputs.size;
      await cluster.produce(lane.input, first);
      const aggregator = await aggregatorOf(lane);
      await transform(lane);
      await aggregator.service.until(
        'the insights of the first logins',
        async () => (await aggregator.total()) === passing(first),
        DEADLINE_MS,
      );
      await aggregator.stop();

      // The transformer skips the second third.
      await cluster.produce(lane.input, second);
      expect(
        await set(lane.group, lane.input, '--partition', '0', '--to', '40', '--yes'),
      ).toContain('partition 0: 20 -> 40, skips offsets 20 to 39, at most 20 records');
      await cluster.produce(lane.input, third);
      await transform(lane);
      expect(await faults(lane, [...first, ...third])).toEqual([]);

      // The aggregator skips what came of the last third, and the transformer repeats it.
      const group = `${lane.group}-aggregator`;
      await expect(set(group, lane.output, '--to', 'earliest', '--yes')).rejects.toMatchObject({
        code: 78,
        stderr: expect.stringMatching(
          /partition 0 is counted up to \d+ .*records would count twice/,
        ),
      });
      expect(await set(group, lane.output, '--to', 'end', '--yes')).toMatch(/skips offset/);
      expect(await set(lane.group, lane.input, '--to', '40', '--yes')).toContain(
        'partition 0: 60 -> 40, repeats offsets 40 to 59, at most 20 records',
      );
      await transform(lane);
      await aggregator.start();
      const counted = passing(first) + passing(third);
      await aggregator.service.until(
        'the insights of the first and the last logins',
        async () => (await aggregator.total()) === counted,
        DEADLINE_MS,
      );
      expect(aggregator.service.output).toContain('An operator set the offset');

      // The sums say that they began anew, and miss nothing since.
      const flow = await aggregator.service.until(
        'the flow',
        async () => {
          const known = await aggregator.get<{ available: boolean }>('/flow');
          return known.available && known;
        },
        DEADLINE_MS,
      );
      expect(flow).toMatchObject({ consumed: 20, uncounted: 40, lag: 0 });
      expect(await (await fetch(`${aggregator.url}/metrics`)).text()).toContain(
        'login_pipeline_flow_unaccounted_records 0\n',
      );
      await aggregator.stop();
    },
    5 * DEADLINE_MS,
  );

  it(
    'decide where a transformer goes on whose offset cannot be, and all records come once',
    async () => {
      const lane = await cluster.lane({ partitions: 2 });
      const load = makeLoad(30, 2);
      await cluster.produce(lane.input, load);
      const partitions = [{ partition: 1, offset: '1000' }];
      await cluster.admin.setOffsets({ groupId: lane.group, topic: lane.input, partitions });
      const told = await refusal(await Service.start('transformer', lane.settings), DEADLINE_MS);
      expect(told).toContain(
        `The group has committed offset 1000 of partition 1 of "${lane.input}", which ends at 15`,
      );
      expect(told).toContain(
        `GROUP_ID=${lane.group} INPUT_TOPIC=${lane.input} npm run positions -- set --partition 1 --to earliest`,
      );

      const shown = await position(lane, 'show');
      expect(shown).toMatch(/1 +1000 +0 +15 +0 {2}above the end: the log was cut or created anew/);
      const at = ['--partition', '1', '--to', 'earliest'];
      expect(await position(lane, 'set', ...at)).toContain('--yes carries it out');
      expect(await refusal(await Service.start('transformer', lane.settings), DEADLINE_MS)).toBe(
        told,
      );
      expect(await position(lane, 'set', ...at, '--yes')).toContain(
        'partition 1: 15 -> 0, repeats offsets 0 to 14, at most 15 records',
      );
      expect((await metadata(lane))[1]).toBe('set-by-operator');
      await transform(lane);
      expect(await faults(lane, load)).toEqual([]);

      // What the engine commits has its topic, and what is set does not: it is meant, wherever the engine would go on.
      const ofTopic = / topic-id=[0-9a-f]{32}$/;
      expect(await metadata(lane)).toEqual([
        expect.stringMatching(ofTopic),
        expect.stringMatching(ofTopic),
      ]);
      expect(await position(lane, 'show')).toMatch(/ 1 +15 +0 +15 +0$/m);
      expect(await position(lane, 'set', '--partition', '0', '--to', '10', '--yes')).toContain(
        'partition 0: 15 -> 10, repeats offsets 10 to 14, at most 5 records',
      );
      expect((await metadata(lane))[0]).toBe('set-by-operator');
      await transform(lane);
      const again = load.filter(({ partition, offset }) => partition === 0 && offset >= 10);
      const expected = [load, again].map((input) =>
        expectedOf({ topic: lane.input, input, passes: passesByDefault }),
      );
      const counts = await Promise.all(
        [lane.output, lane.deadLetter].map(
          async (topic) => (await TopicReader.readAll(cluster, topic)).records.length,
        ),
      );
      expect(counts).toEqual([
        expected.reduce((sum, { outputs }) => sum + outputs.size, 0),
        expected.reduce((sum, { deadLetters }) => sum + deadLetters.size, 0),
      ]);
    },
    5 * DEADLINE_MS,
  );

  /** Runs a transformer until it has done all there is. */
  async function transform(lane: Lane): Promise<void> {
    const service = await Service.start('transformer', lane.settings);
    await service.until('all of its work', () => cluster.isDone(lane), DEADLINE_MS);
    expect(await service.stop()).toBe(0);
  }

  /** What outputs and dead letters lack, or have too often. */
  async function faults(
    lane: Lane,
    input: ReturnType<typeof makeLoad>,
  ): Promise<readonly unknown[]> {
    const outputs = await TopicReader.readAll(cluster, lane.output);
    const deadLetters = await TopicReader.readAll(cluster, lane.deadLetter);
    return faultsOf({
      topic: lane.input,
      input,
      passes: passesByDefault,
      outputs: outputs.records,
      deadLetters: deadLetters.records,
    });
  }

  /** What is committed beside the offsets, by partition. */
  async function metadata({ group, input }: Lane): Promise<readonly (string | null)[]> {
    const [offsets] = await cluster.admin.fetchOffsets({ groupId: group, topics: [input] });
    return (offsets?.partitions ?? [])
      .toSorted((one, other) => one.partition - other.partition)
      .map((offset) => offset.metadata);
  }

  function position(lane: Lane, ...args: readonly string[]): Promise<string> {
    return positions(lane.group, lane.input, ...args);
  }

  function set(group: string, topic: string, ...args: readonly string[]): Promise<string> {
    return positions(group, topic, 'set', ...args);
  }

  function positions(group: string, topic: string, ...args: readonly string[]): Promise<string> {
    const settings = { KAFKA_BROKERS: brokers(), GROUP_ID: group, INPUT_TOPIC: topic };
    return runTool('positions', args, settings);
  }
});
