import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { brokers, Cluster } from './cluster.ts';
import type { Lane } from './cluster.ts';
import { makeLoad } from './load.ts';
import { expectedOf, faultsOf } from './oracle.ts';
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
      const outputs = await TopicReader.readAll(cluster, lane.output);
      const deadLetters = await TopicReader.readAll(cluster, lane.deadLetter);
      expect(
        faultsOf({
          topic: lane.input,
          input: [...first, ...third],
          passes: passesByDefault,
          outputs: outputs.records,
          deadLetters: deadLetters.records,
        }),
      ).toEqual([]);

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

  /** Runs a transformer until it has done all there is. */
  async function transform(lane: Lane): Promise<void> {
    const service = await Service.start('transformer', lane.settings);
    await service.until('all of its work', () => cluster.isDone(lane), DEADLINE_MS);
    expect(await service.stop()).toBe(0);
  }

  function set(group: string, topic: string, ...args: readonly string[]): Promise<string> {
    const settings = { KAFKA_BROKERS: brokers(), GROUP_ID: group, INPUT_TOPIC: topic };
    return runTool('positions', ['set', ...args], settings);
  }
});
