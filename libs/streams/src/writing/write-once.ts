import type { Cluster } from '../cluster/cluster.ts';
import { isRefused, isUnavailable, ProtocolError } from '../cluster/protocol-error.ts';
import { UnreachableError } from '../ports.ts';
import type { OutgoingBatch } from '../ports.ts';
import type { Broker } from '../protocol/cluster-apis.ts';
import type { ProducedPartition, ProducerStamp, TopicPartition } from '../protocol/log-apis.ts';
import { isOfRecords } from '../transactions/errors.ts';

/** A partition to which not all could be written, and why. */
export interface FailedWrite extends TopicPartition {
  /** ProtocolError, UnansweredError or UnreachableError */
  readonly error: Error;
}

/** The batch that failed; none that is behind it was sent. */
export interface FailedBatch extends FailedWrite {
  readonly sent: Sent;
}

/** A batch on its way. */
export interface Sent extends TopicPartition {
  readonly batch: OutgoingBatch;
  /** Of the producer: sent again, a batch is the same one. */
  readonly stamp: ProducerStamp;
}

/** No broker says so of a write: there is none that could be asked. */
const NO_LEADER = 'LEADER_NOT_AVAILABLE';
/** A leader waits so long for its followers, in milliseconds. */
const REPLICATION_TIMEOUT_MS = 10_000;
/** Brokers take up to 100 MiB (`socket.request.max.bytes`), and are busy with one for as long. */
const MAX_REQUEST_BYTES = 8 * 1024 * 1024;

/**
 * Sends batches outside of transactions, each once, one request at a time and the batches of a
 * partition in their order: after one that fails none is sent.
 *
 * @param written is filled
 * @returns by partition, what failed
 * @throws ProtocolError when an operator has to act
 */
export async function writeOnce(
  cluster: Cluster,
  batches: readonly Sent[],
  written: Set<Sent>,
): Promise<ReadonlyMap<string, FailedBatch>> {
  const failed = new Map<string, FailedBatch>();
  for (let left = batches; ;) {
    left = left.filter((sent) => !written.has(sent) && !failed.has(placeOf(sent)));
    const [first] = left;
    if (first === undefined) return failed;
    const broker = leaderOf(cluster, first);
    const request = broker === undefined ? [first] : ofOneRequest(cluster, broker, left);
    const errors = await send(cluster, broker, request);
    for (const sent of request) {
      const error = errors.get(sent);
      const { topic, partition } = sent;
      if (error === undefined) written.add(sent);
      else failed.set(placeOf(sent), { topic, partition, error, sent });
    }
  }
}

/** @returns the batches that are not written, each with the reason @throws ProtocolError when an operator has to act */
async function send(
  cluster: Cluster,
  broker: Broker | undefined,
  request: readonly Sent[],
): Promise<ReadonlyMap<Sent, Error>> {
  let answers: readonly ProducedPartition[] = [];
  try {
    if (broker !== undefined) {
      const produce = { transactionalId: undefined, addsPartitions: false, partitions: request };
      const asked = { ...produce, timeoutMs: REPLICATION_TIMEOUT_MS };
      answers = (await cluster.send(broker, 'Produce', asked, { channel: 'write' })).partitions;
    }
  } catch (error) {
    if (!isUnavailable(error) || !(error instanceof Error)) throw error;
    return new Map(request.map((sent) => [sent, error]));
  }
  const errors = new Map<Sent, Error>();
  for (const sent of request) {
    if (broker === undefined) {
      errors.set(sent, failure(sent, { error: NO_LEADER }));
      continue;
    }
    const answer = answers.find((one) => placeOf(one) === placeOf(sent));
    if (answer?.error === 'NONE' || answer?.error === 'DUPLICATE_SEQUENCE_NUMBER') continue;
    const error = failure(sent, answer);
    if (isRefused(error)) throw error;
    errors.set(sent, error);
  }
  return errors;
}

/** A partition gets one batch in a request. */
function ofOneRequest(cluster: Cluster, { id }: Broker, left: readonly Sent[]): readonly Sent[] {
  const places = new Set<string>();
  let bytes = 0;
  return left.filter((sent) => {
    const isNext = !places.has(placeOf(sent)) && leaderOf(cluster, sent)?.id === id;
    // What comes later for the partition must not come before this one.
    places.add(placeOf(sent));
    const size = sent.batch.uncompressedBytes;
    if (!isNext || (bytes > 0 && bytes + size > MAX_REQUEST_BYTES)) return false;
    bytes += size;
    return true;
  });
}

function placeOf({ topic, partition }: TopicPartition): string {
  return `${topic} ${partition}`;
}

function leaderOf(cluster: Cluster, { topic, partition }: TopicPartition): Broker | undefined {
  return cluster.leader(topic, partition)?.broker;
}

/** @param answer undefined: the broker says nothing of it */
function failure(
  { topic, partition }: TopicPartition,
  answer: Partial<Pick<ProducedPartition, 'error' | 'message'>> | undefined,
): ProtocolError {
  const { error = 'UNKNOWN_SERVER_ERROR', message } = answer ?? {};
  const isTooLarge = error === 'MESSAGE_TOO_LARGE' || error === 'RECORD_LIST_TOO_LARGE';
  return new ProtocolError(
    error,
    `Produce to partition ${partition} of topic "${topic}"`,
    message ?? (isTooLarge ? 'a batch is larger than the topic takes' : undefined),
  );
}

/**
 * Kafka checks for the replicas in sync before it appends (`NOT_ENOUGH_REPLICAS`), and again when
 * it has. A leader that loses the partition while it waits for its followers says
 * `NOT_LEADER_OR_FOLLOWER` of what it has appended (DelayedProduce.tryComplete), and the next one
 * may have it.
 *
 * @returns whether what failed is not in the log, and never will be
 */
export function isSurelyUnwritten(error: Error): boolean {
  if (!(error instanceof ProtocolError)) return error instanceof UnreachableError;
  const { code } = error;
  return code === NO_LEADER || code === 'NOT_ENOUGH_REPLICAS' || isOfRecords(code);
}

/** @returns whether it is refused for what it is: sent again it is refused again */
export function isOfWhatIsWritten(error: Error): boolean {
  return error instanceof ProtocolError && isOfRecords(error.code);
}
