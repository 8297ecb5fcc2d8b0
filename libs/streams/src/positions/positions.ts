import type { Cluster, Leader } from '../cluster/cluster.ts';
import { isLeaderGone, ProtocolError } from '../cluster/protocol-error.ts';
import type { RequestOf } from '../protocol/apis.ts';
import type { StoredOffset } from '../protocol/group-apis.ts';
import { ANY_EPOCH, EARLIEST, LATEST } from '../protocol/log-apis.ts';
import type { Isolation, TopicPartition } from '../protocol/log-apis.ts';
import { decodeCommitMetadata } from './commit-metadata.ts';
import type { CommitMetadata } from './commit-metadata.ts';

/** What a group has committed for a partition. */
export interface Committed extends CommitMetadata {
  readonly offset: bigint;
  /** -1 where it is not known. */
  readonly leaderEpoch: number;
}

/** The offsets that a partition has. */
export interface Bounds {
  readonly earliest: bigint;
  readonly end: bigint;
}

/** A transaction may still move the offset: it is not known yet. */
export class UnstableOffsetError extends Error {
  override readonly name = 'UnstableOffsetError';
}

/**
 * @returns by partition, what the group has committed, for sure (KIP-447): nothing that is under way moves it any more
 * @throws UnstableOffsetError while a transaction that is under way may move one of them
 */
export async function committedOffsets(
  cluster: Cluster,
  groupId: string,
  topic: string,
  partitions: readonly number[],
): Promise<ReadonlyMap<number, Committed>> {
  const asked = { groupId, requireStable: true, partitions: placesOf(topic, partitions) };
  const committed = new Map<number, Committed>();
  for (const { partition, offset, leaderEpoch, metadata } of await storedOffsets(cluster, asked)) {
    committed.set(partition, { offset, leaderEpoch, ...decodeCommitMetadata(metadata, offset) });
  }
  return committed;
}

/** @returns what the group has committed for a partition outside of transactions; undefined: nothing */
export async function plainOffset(
  cluster: Cluster,
  groupId: string,
  topic: string,
  partition: number,
): Promise<StoredOffset | undefined> {
  const asked = { groupId, requireStable: false, partitions: placesOf(topic, [partition]) };
  return (await storedOffsets(cluster, asked))[0];
}

async function storedOffsets(
  cluster: Cluster,
  request: RequestOf<'OffsetFetch'>,
): Promise<readonly StoredOffset[]> {
  const { partitions } = await cluster.ask(
    'group',
    request.groupId,
    'OffsetFetch',
    request,
    errorOf,
  );
  return partitions.filter(({ offset }) => offset >= 0n);
}

function placesOf(topic: string, partitions: readonly number[]): TopicPartition[] {
  return partitions.map((partition) => ({ topic, partition }));
}

function errorOf({
  error,
  partitions,
}: {
  readonly error: StoredOffset['error'];
  readonly partitions: readonly StoredOffset[];
}): StoredOffset['error'] {
  const found = [error, ...partitions.map((partition) => partition.error)].find(
    (one) => one !== 'NONE',
  );
  if (found === undefined) return 'NONE';
  if (found === 'UNSTABLE_OFFSET_COMMIT') throw new UnstableOffsetError('A transaction is open');
  throw new ProtocolError(found, 'OffsetFetch');
}

/**
 * @returns where a partition's log begins and ends
 * @throws ProtocolError when the leader is another one now
 */
export async function boundsOf(
  cluster: Cluster,
  topic: string,
  partition: number,
  leader: Leader,
): Promise<Bounds> {
  const place = { topic, partition };
  const [earliest, end] = await Promise.all([
    listOffset(cluster, place, leader, EARLIEST, 'read_uncommitted'),
    listOffset(cluster, place, leader, LATEST, 'read_uncommitted'),
  ]);
  return { earliest, end };
}

/**
 * @returns where a partition's log ends for readers of committed records: its last stable offset (KIP-98)
 * @throws ProtocolError when the leader is another one now
 */
export function stableEndOf(
  cluster: Cluster,
  topic: string,
  partition: number,
  leader: Leader,
): Promise<bigint> {
  return listOffset(cluster, { topic, partition }, leader, LATEST, 'read_committed');
}

/** @returns the same of all partitions whose leaders tell */
export async function stableEnds(
  cluster: Cluster,
  topic: string,
): Promise<ReadonlyMap<number, bigint>> {
  const ends = new Map<number, bigint>();
  const asked = [...cluster.byLeader([topic])].map(async ([broker, led]) => {
    const partitions = led.map((one) => ({ ...one, timestamp: LATEST }));
    const request = { isolation: 'read_committed', partitions } as const;
    const answer = await cluster.send(broker, 'ListOffsets', request);
    for (const { partition, error, offset } of answer.partitions) {
      if (error === 'NONE') ends.set(partition, offset);
    }
  });
  await Promise.all(asked);
  return ends;
}

async function listOffset(
  cluster: Cluster,
  { topic, partition }: TopicPartition,
  { broker, epoch }: Leader,
  timestamp: bigint,
  isolation: Isolation,
): Promise<bigint> {
  const { partitions } = await cluster.send(broker, 'ListOffsets', {
    isolation,
    partitions: [{ topic, partition, leaderEpoch: epoch, timestamp }],
  });
  const [answer] = partitions;
  if (answer?.error !== 'NONE') throw refusal('ListOffsets', topic, partition, answer?.error);
  return answer.offset;
}

/**
 * @param leaderEpoch the epoch of a record that was read once
 * @returns where that epoch ends in the log as it is now (KIP-320); undefined where the leader does
 *   not know it any more
 */
export async function epochEndOf(
  cluster: Cluster,
  topic: string,
  partition: number,
  { broker, epoch }: Leader,
  leaderEpoch: number,
): Promise<bigint | undefined> {
  if (leaderEpoch === ANY_EPOCH) return undefined;
  const { partitions } = await cluster.send(broker, 'OffsetForLeaderEpoch', {
    partitions: [{ topic, partition, currentLeaderEpoch: epoch, leaderEpoch }],
  });
  const [answer] = partitions;
  if (answer?.error !== 'NONE')
    throw refusal('OffsetForLeaderEpoch', topic, partition, answer?.error);
  return answer.endOffset < 0n ? undefined : answer.endOffset;
}

function refusal(
  api: string,
  topic: string,
  partition: number,
  code: ProtocolError['code'] = 'UNKNOWN_SERVER_ERROR',
): ProtocolError {
  const subject = `${api} of partition ${partition} of topic "${topic}"`;
  return new ProtocolError(code, subject, isLeaderGone(code) ? 'looked for again' : undefined);
}
