import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { BrokerNode } from '@login-pipeline/embedded-kafka';
import { reached } from './marked-points.ts';
import type { Stage } from './stage.ts';

/** What a broker is to the pipeline of a stage. */
export type Role = 'leader' | 'controller' | 'group-coordinator' | 'transaction-coordinator';

/** @returns the broker that has the role now */
export async function holderOf(role: Role, stage: Stage): Promise<BrokerNode> {
  const id = await idOf(role, stage);
  const holder = stage.nodes.find((node) => node.id === id);
  if (holder === undefined) throw new Error(`no broker is ${role}`);
  return holder;
}

async function idOf(role: Role, stage: Stage): Promise<number | undefined> {
  const { cluster, lane, nodes } = stage;
  switch (role) {
    case 'leader':
      return (await cluster.leaders(lane.output))[0];
    case 'controller':
      return activeController(nodes);
    case 'group-coordinator':
      return coordinatorOf(await cluster.leaders('__consumer_offsets'), lane.group);
    case 'transaction-coordinator':
      return endingTransactions(stage);
  }
}

/** Each instance has transactional ids of its own, and their coordinators may be several: one that ends a transaction now. */
async function endingTransactions(stage: Stage): Promise<number | undefined> {
  const point = stage.proxy.holdFirst(
    (frame) => stage.isOurs(frame) && frame.direction === 'request' && frame.api === 'EndTxn',
  );
  const { port } = await reached(stage, point, 'the end of a transaction');
  point.release();
  return stage.nodes.find(({ proxied }) => proxied?.port === port)?.id;
}

/** The leader of the metadata quorum, as its members have it on disk: the newest epoch is right. */
export function activeController(nodes: readonly BrokerNode[]): number | undefined {
  const states = nodes.map(({ logDir }) => {
    const file = join(logDir, '__cluster_metadata-0', 'quorum-state');
    return JSON.parse(readFileSync(file, 'utf8')) as { leaderId: number; leaderEpoch: number };
  });
  return states
    .filter(({ leaderId }) => leaderId > 0)
    .toSorted((a, b) => b.leaderEpoch - a.leaderEpoch)[0]?.leaderId;
}

/** A coordinator is the leader of the partition that the id falls into. */
export function coordinatorOf(leaders: readonly number[], id: string): number | undefined {
  return leaders[internalPartition(id, leaders.length)];
}

/** @returns the partition of an internal topic that a group or a transactional id falls into: by Java's hash of a string */
export function internalPartition(id: string, partitions: number): number {
  let hash = 0;
  for (let at = 0; at < id.length; at += 1) hash = (Math.imul(31, hash) + id.charCodeAt(at)) | 0;
  // Math.abs in Java has no positive of the smallest integer; Kafka takes 0.
  return hash === -(2 ** 31) ? 0 : Math.abs(hash) % partitions;
}
