import type { Cluster, Leader } from '../cluster/cluster.ts';
import { ProtocolError } from '../cluster/protocol-error.ts';
import type { OutgoingBatch } from '../ports.ts';
import type { ErrorName } from '../protocol/errors.ts';
import type { ProducedPartition, TopicPartition } from '../protocol/log-apis.ts';
import type { ProducerIdentity } from '../protocol/transaction-apis.ts';
import { isBusy, untilTaken } from './ask-coordinator.ts';
import {
  BrokenLineError,
  isOfRecords,
  PartitionUnwritableError,
  RecordsRefusedError,
} from './errors.ts';
import type { Lines } from './lines.ts';
import { placeKey } from './touched-places.ts';
import type { Broker } from '../protocol/cluster-apis.ts';
import type { RefusedBatch } from './errors.ts';

/** Records for one partition, in order: each batch goes by itself. */
export interface Write extends TopicPartition {
  readonly batches: readonly OutgoingBatch[];
}

/** Where the records of a write went: the offset of each batch's first record. */
export interface Written extends TopicPartition {
  readonly baseOffsets: readonly bigint[];
}

/** A leader waits so long for its followers, in milliseconds. */
const REPLICATION_TIMEOUT_MS = 10_000;

/**
 * A leader that has not heard from the transaction's coordinator answers as if it lacked replicas,
 * and has written nothing. It gives up one of two questions about the same producer, as that for
 * the records and that for the group's offsets, whenever it leads both partitions
 * (AddPartitionsToTxnManager): asked again it knows.
 */
const UNVERIFIED_ATTEMPTS = 5;

/** Sequence numbers begin anew after the largest int32 (KIP-98). */
const SEQUENCES = 2 ** 31;

/** What a producer's requests have in common. */
export interface ProducerState {
  /** By {@link placeKey}, the number of the next record. */
  readonly sequences: Map<string, number>;
  readonly lines: Lines;
}

type Produced = readonly [batch: Numbered, baseOffset: bigint, broker: Broker];

/** A batch under its number, as it stays when it is sent again. */
interface Numbered {
  readonly write: Write;
  readonly index: number;
  readonly batch: OutgoingBatch;
  readonly baseSequence: number;
}

/**
 * Sends batches to the leaders of their partitions, one request for each leader; a partition with
 * several batches gets one in each of several rounds.
 *
 * @param state of the producer; moved on
 * @returns where the brokers put them, in the order of the writes
 * @throws RecordsRefusedError when records were refused by what they are
 * @throws PartitionUnwritableError when one of the partitions has no leader, or that refuses
 */
export async function produce(
  cluster: Cluster,
  identity: ProducerIdentity,
  writes: readonly Write[],
  { sequences, lines }: ProducerState,
  addsPartitions: boolean,
): Promise<readonly Written[]> {
  const offsets = new Map(writes.map((write) => [write, [] as bigint[]]));
  const refused: RefusedBatch[] = [];
  const rounds = writes.reduce((most, { batches }) => Math.max(most, batches.length), 0);
  for (let round = 0; round < rounds; round += 1) {
    const batches = writes.flatMap((write) => numbered(write, round, sequences));
    const sent = [...byLeader(cluster, batches, lines)].map(([leader, ofLeader]) =>
      send(cluster, leader, identity, ofLeader, addsPartitions),
    );
    const settled = await Promise.allSettled(sent);
    for (const result of settled) {
      if (result.status === 'fulfilled') {
        for (const [{ write }, baseOffset, broker] of result.value) {
          offsets.get(write)?.push(baseOffset);
          lines.note(placeKey(write), broker);
        }
      } else if (result.reason instanceof RecordsRefusedError) {
        refused.push(...result.reason.refused);
      } else if (refused.length === 0) {
        throw result.reason;
      }
    }
    // What comes after a refused batch would be out of sequence.
    if (refused.length > 0) throw new RecordsRefusedError(refused);
  }
  return writes.map((write) => ({
    topic: write.topic,
    partition: write.partition,
    baseOffsets: offsets.get(write) ?? [],
  }));
}

function numbered(write: Write, round: number, sequences: Map<string, number>): Numbered[] {
  const batch = write.batches[round];
  if (batch === undefined) return [];
  const key = placeKey(write);
  const baseSequence = sequences.get(key) ?? 0;
  sequences.set(key, (baseSequence + batch.length) % SEQUENCES);
  return [{ write, index: round, batch, baseSequence }];
}

function byLeader(
  cluster: Cluster,
  batches: readonly Numbered[],
  lines: Lines,
): Map<Leader, Numbered[]> {
  const byBroker = new Map<number, [Leader, Numbered[]]>();
  for (const numberedBatch of batches) {
    const { topic, partition } = numberedBatch.write;
    const leader = cluster.leader(topic, partition);
    if (leader === undefined) {
      throw new PartitionUnwritableError({ topic, partition }, 'it has no leader');
    }
    if (!lines.isUnbroken(placeKey(numberedBatch.write), leader.broker)) {
      throw new BrokenLineError('The line to a leader broke');
    }
    const known = byBroker.get(leader.broker.id);
    if (known === undefined) byBroker.set(leader.broker.id, [leader, [numberedBatch]]);
    else known[1].push(numberedBatch);
  }
  return new Map(byBroker.values());
}

async function send(
  cluster: Cluster,
  { broker }: Leader,
  { transactionalId, producerId, epoch }: ProducerIdentity,
  batches: readonly Numbered[],
  addsPartitions: boolean,
): Promise<readonly Produced[]> {
  const produced: Produced[] = [];
  const connection = cluster.connection(broker, 'write');
  let left = batches;
  let attempts = 0;
  const isRetriable = (code: ErrorName): boolean =>
    isBusy(code) || (code === 'NOT_ENOUGH_REPLICAS' && attempts <= UNVERIFIED_ATTEMPTS);
  const write = async (): Promise<void> => {
    attempts += 1;
    const { partitions } = await cluster.send(
      broker,
      'Produce',
      {
        transactionalId,
        addsPartitions,
        timeoutMs: REPLICATION_TIMEOUT_MS,
        partitions: left.map(({ write: { topic, partition }, batch, baseSequence }) => ({
          topic,
          partition,
          batch,
          stamp: { producerId, epoch, baseSequence },
        })),
      },
      { channel: 'write', connection },
    );
    const answered = left.map((one) => [one, answerOf(one, partitions)] as const);
    for (const [one, { error, baseOffset }] of answered) {
      if (error === 'NONE') produced.push([one, baseOffset, broker]);
    }
    const retriable = answered.filter(([, { error }]) => isRetriable(error));
    left = retriable.map(([one]) => one);
    requireWritten(
      cluster,
      answered.filter(([, { error }]) => error !== 'NONE' && !isRetriable(error)),
    );
    const code = retriable[0]?.[1].error;
    if (code !== undefined) throw new ProtocolError(code, `Produce of "${transactionalId}"`);
  };
  await untilTaken(cluster, write, { isRetriable });
  return produced;
}

function answerOf(
  { write: { topic, partition } }: Numbered,
  answers: readonly ProducedPartition[],
): ProducedPartition {
  const found = answers.find((answer) => answer.topic === topic && answer.partition === partition);
  if (found !== undefined) return found;
  throw new PartitionUnwritableError({ topic, partition }, 'the broker says nothing of it');
}

/** @throws RecordsRefusedError, or else PartitionUnwritableError, or what the broker says of the producer */
function requireWritten(
  cluster: Cluster,
  failed: readonly (readonly [Numbered, ProducedPartition])[],
): void {
  if (failed.length === 0) return;
  const refused = failed.filter(([, { error }]) => isOfRecords(error));
  if (refused.length > 0) {
    throw new RecordsRefusedError(
      refused.map(([{ index }, { topic, partition, error, refused: records }]) => ({
        topic,
        partition,
        batch: index,
        error,
        indexes: records.map((record) => record.index),
      })),
    );
  }
  const [[, { topic, partition, error, message }] = failedNone()] = failed;
  const place = { topic, partition };
  if (OF_PRODUCERS.has(error))
    throw new ProtocolError(error, `Produce to partition ${partition} of topic "${topic}"`);
  void cluster.refresh().catch(() => undefined);
  throw new PartitionUnwritableError(place, message === undefined ? error : `${error}, ${message}`);
}

function failedNone(): never {
  throw new Error('Nothing has failed');
}

/** About the producer or its transaction, and not about the partition. */
const OF_PRODUCERS: ReadonlySet<string> = new Set([
  'INVALID_PRODUCER_EPOCH',
  'PRODUCER_FENCED',
  'INVALID_PRODUCER_ID_MAPPING',
  'INVALID_TXN_STATE',
  'OUT_OF_ORDER_SEQUENCE_NUMBER',
  'UNKNOWN_PRODUCER_ID',
  'TRANSACTION_ABORTABLE',
  'TOPIC_AUTHORIZATION_FAILED',
  'TRANSACTIONAL_ID_AUTHORIZATION_FAILED',
  'CLUSTER_AUTHORIZATION_FAILED',
]);
