import { makeLoad } from '../../load.ts';
import type { Service } from '../../service.ts';
import type { Scenario } from '../scenario.ts';
import { BESIDE, refuses, renamed, stopped, UNAVAILABLE } from '../side-pipeline.ts';
import type { Stage } from '../stage.ts';
import { judgeInsights } from '../verdict.ts';

const PARTITIONS = 4;
const BEFORE = 100;
/** In every partition more than the snapshot has counted. */
const AFTER = 400;

/** What was counted of the old topic cannot be told from the same number of records of the new one, but by the topic's id. */
const processedAnew: Scenario = {
  ...BESIDE,
  name: 'processed-created-anew',
  fault:
    'the topic of processed logins is created anew, and outgrows what a stopped aggregator has counted',
  attack: async (stage) => {
    const lane = await stage.cluster.lane({ partitions: PARTITIONS });
    const [snapshots, others] = [`${lane.output}-snapshots`, `${lane.output}-other-snapshots`];
    for (const topic of [snapshots, others]) {
      await stage.cluster.createTopic(topic, 1, { 'cleanup.policy': 'compact' });
    }
    const group = `${lane.group}-insights`;
    const start = async (topic: string): Promise<Service> => {
      const settings = { INPUT_TOPIC: lane.output, SNAPSHOT_TOPIC: topic, GROUP_ID: group };
      return (await stage.launch('aggregator', settings)).service;
    };
    const counts = async (service: Service): Promise<void> => {
      const faults = await judgeInsights(stage.cluster, lane, service);
      if (faults.length > 0) throw new Error(faults.join('\n'));
      await stopped(service);
    };
    await stage.cluster.produce(lane.output, makeLoad(BEFORE, PARTITIONS, 'before'));
    await counts(await start(snapshots));

    await stage.cluster.admin.deleteTopics({ topics: [lane.output] });
    await stage.cluster.createTopic(lane.output, PARTITIONS);
    await stage.lookAgain();
    await stage.cluster.produce(lane.output, makeLoad(AFTER, PARTITIONS, 'after'));
    const kept = await stage.cluster.ends(snapshots);
    await refuses(stage, await start(snapshots), UNAVAILABLE, 'SNAPSHOT_TOPIC', 'created anew');
    const reader = renamed(lane, { group, input: lane.output });
    await countedNothing(stage, reader, snapshots, kept);
    await counts(await start(others));
    return 1;
  },
};

/** @throws Error when an aggregator has gone on: it would have kept a snapshot, or an offset */
async function countedNothing(
  { cluster }: Stage,
  reader: Parameters<Stage['cluster']['committed']>[0],
  snapshots: string,
  kept: readonly number[],
): Promise<void> {
  const committed = await cluster.committed(reader);
  if (committed.some((offset) => offset > 0)) {
    throw new Error(`it has committed ${committed.join()} of the new topic`);
  }
  const ends = await cluster.ends(snapshots);
  if (String(ends) !== String(kept)) {
    throw new Error(`its snapshots went on from ${kept.join()} to ${ends.join()}`);
  }
}

export const INSIGHT_SCENARIOS: readonly Scenario[] = [processedAnew];
