import { Cluster } from '../cluster.ts';
import type { Lane } from '../cluster.ts';

/** The topics of one scenario, and clients of its own to look at them with. */
export interface ScenarioLane {
  readonly cluster: Cluster;
  readonly lane: Lane;
  /** The aggregator's snapshot topic. */
  readonly snapshots: string;
}

/** @param outputPartitions as many as `partitions` keep every record in its own */
export async function openLane(
  partitions: number,
  outputPartitions = partitions,
): Promise<ScenarioLane> {
  const cluster = await Cluster.connect();
  const lane = await cluster.lane({ partitions, outputPartitions });
  const snapshots = `${lane.output}-snapshots`;
  await cluster.createTopic(snapshots, 1, { 'cleanup.policy': 'compact' });
  return { cluster, lane, snapshots };
}
