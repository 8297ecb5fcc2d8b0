import { Cluster } from '../cluster.ts';
import type { Access, Lane, LaneOptions } from '../cluster.ts';

/** The topics of one scenario, and clients of its own to look at them with. */
export interface ScenarioLane {
  readonly cluster: Cluster;
  readonly lane: Lane;
  /** The aggregator's snapshot topic. */
  readonly snapshots: string;
}

export async function openLane(access: Access, options: LaneOptions): Promise<ScenarioLane> {
  const cluster = await Cluster.connect(access);
  const lane = await cluster.lane(options);
  const snapshots = `${lane.output}-snapshots`;
  await cluster.createTopic(snapshots, 1, { 'cleanup.policy': 'compact' });
  return { cluster, lane, snapshots };
}
