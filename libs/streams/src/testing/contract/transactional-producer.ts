import type { Codec } from '../../ports.ts';
import type { ErrorName } from '../../protocol/errors.ts';
import type { GroupIdentity } from '../../protocol/group-apis.ts';
import type { ProducedPartition } from '../../protocol/log-apis.ts';
import type { ProducerIdentity } from '../../protocol/transaction-apis.ts';
import type { OutgoingRecord } from '../../records/record.ts';
import { NOT_YET, only } from './subject.ts';
import type { Subject } from './subject.ts';

const TIMEOUT_MS = 60_000;
/** The coordinator still writes the markers of the last transaction. */
const BUSY: readonly ErrorName[] = ['CONCURRENT_TRANSACTIONS', ...NOT_YET];

/** A producer of transactions that goes by the cluster's way: with KIP-890, or before it. */
export class TransactionalProducer implements ProducerIdentity {
  readonly transactionalId: string;
  producerId = -1n;
  epoch = -1;
  readonly #subject: Subject;
  readonly #sequences = new Map<string, number>();

  constructor(subject: Subject, transactionalId = subject.unique('id')) {
    this.#subject = subject;
    this.transactionalId = transactionalId;
  }

  /** @returns a producer that has taken its id over */
  static async of(
    subject: Subject,
    { transactionalId, timeoutMs }: { transactionalId?: string; timeoutMs?: number } = {},
  ): Promise<TransactionalProducer> {
    const producer = new TransactionalProducer(subject, transactionalId);
    await producer.init(timeoutMs);
    return producer;
  }

  /** As requests name it. */
  get identity(): ProducerIdentity {
    const { transactionalId, producerId, epoch } = this;
    return { transactionalId, producerId, epoch };
  }

  async init(timeoutMs = TIMEOUT_MS): Promise<void> {
    const { transactionalId } = this;
    const coordinator = await this.#subject.coordinator('transaction', transactionalId);
    const { error, producerId, epoch } = await this.#subject.until(
      `the producer of ${transactionalId}`,
      () => this.#subject.send(coordinator, 'InitProducerId', { transactionalId, timeoutMs }),
      (answer) => !BUSY.includes(answer.error),
    );
    if (error !== 'NONE') throw new Error(`InitProducerId: ${error}`);
    this.#become(producerId, epoch);
  }

  /** Has partitions of a topic in the transaction, as clients did before KIP-890. */
  async add(topic: string, partitions: readonly number[] = [0]): Promise<ErrorName> {
    const { identity } = this;
    const coordinator = await this.#subject.coordinator('transaction', identity.transactionalId);
    const list = partitions.map((partition) => ({ topic, partition }));
    const ask = async (): Promise<ErrorName> => {
      const request = { ...identity, partitions: list };
      const answer = await this.#subject.send(coordinator, 'AddPartitionsToTxn', request);
      // Versions of the protocol differ in whether an error of the producer stands in the answer
      // once, or at each partition.
      const errors = [answer, ...answer.partitions].map(({ error }) => error);
      return errors.find((error) => error !== 'NONE') ?? 'NONE';
    };
    const error = await this.#subject.until(
      `partitions of ${topic} to be added`,
      ask,
      (answer) => !BUSY.includes(answer),
    );
    return error;
  }

  /** Writes records in the transaction; the partition is added as the cluster has it. */
  async write(
    topic: string,
    what: number | readonly OutgoingRecord[],
    partition = 0,
    codec: Codec = 'none',
  ): Promise<ProducedPartition> {
    const { bumpsEpochs } = this.#subject;
    if (!bumpsEpochs) {
      const error = await this.add(topic, [partition]);
      if (error !== 'NONE') throw new Error(`AddPartitionsToTxn: ${error}`);
    }
    return this.writeUnadded(topic, what, partition, bumpsEpochs, codec);
  }

  /** Writes records, and adds the partition only if the leader does that. */
  async writeUnadded(
    topic: string,
    what: number | readonly OutgoingRecord[],
    partition = 0,
    addsPartitions = false,
    codec: Codec = 'none',
  ): Promise<ProducedPartition> {
    const { transactionalId, producerId, epoch } = this;
    const key = `${topic} ${partition}`;
    const baseSequence = this.#sequences.get(key) ?? 0;
    const stamp = { producerId, epoch, baseSequence };
    const produced = await this.#subject.until(
      `records to be taken by ${topic}`,
      () =>
        this.#subject.write(topic, what, {
          ...{ partition, stamp, transactionalId, addsPartitions, codec },
        }),
      ({ error }) => !BUSY.includes(error),
    );
    if (produced.error === 'NONE') {
      const count = typeof what === 'number' ? what : what.length;
      this.#sequences.set(key, baseSequence + count);
    }
    return produced;
  }

  /** Commits an offset of partition 0 in the transaction; the group is added as the cluster has it. */
  async commitOffset(group: GroupIdentity, topic: string, offset: bigint): Promise<ErrorName> {
    const { bumpsEpochs } = this.#subject;
    if (!bumpsEpochs) {
      const error = await this.addOffsets(group.groupId);
      if (error !== 'NONE') return error;
    }
    return this.commitUnadded(group, topic, offset, bumpsEpochs);
  }

  /** Has a group in the transaction, as clients did before KIP-890. */
  async addOffsets(groupId: string): Promise<ErrorName> {
    const { identity } = this;
    const coordinator = await this.#subject.coordinator('transaction', identity.transactionalId);
    const { error } = await this.#subject.until(
      `the group ${groupId} to be added`,
      () => this.#subject.send(coordinator, 'AddOffsetsToTxn', { ...identity, groupId }),
      (answer) => !BUSY.includes(answer.error),
    );
    return error;
  }

  /** Commits an offset, and adds the group only if its coordinator does that. */
  async commitUnadded(
    group: GroupIdentity,
    topic: string,
    offset: bigint,
    addsOffsets = false,
  ): Promise<ErrorName> {
    const { identity } = this;
    const coordinator = await this.#subject.coordinator('group', group.groupId);
    const offsets = [{ topic, partition: 0, offset, leaderEpoch: -1, metadata: '' }];
    const request = { ...identity, ...group, addsOffsets, offsets };
    const { partitions } = await this.#subject.until(
      `offsets to be taken by ${group.groupId}`,
      () => this.#subject.send(coordinator, 'TxnOffsetCommit', request),
      (answer) => !answer.partitions.some(({ error }) => BUSY.includes(error)),
    );
    return only(partitions).error;
  }

  /** Ends the transaction, as the cluster has it. */
  async end(commit: boolean): Promise<ErrorName> {
    const { error, producerId, epoch } = await this.askToEnd(commit);
    if (error === 'NONE') this.#become(producerId, epoch);
    return error;
  }

  /** Ends the transaction and stays who it was, as if the answer had been lost. */
  async askToEnd(
    commit: boolean,
  ): Promise<{ readonly error: ErrorName; readonly producerId: bigint; readonly epoch: number }> {
    const { bumpsEpochs: bumpsEpoch } = this.#subject;
    const { identity } = this;
    const coordinator = await this.#subject.coordinator('transaction', identity.transactionalId);
    return this.#subject.until(
      `the transaction of ${identity.transactionalId} to end`,
      () => this.#subject.send(coordinator, 'EndTxn', { ...identity, commit, bumpsEpoch }),
      (answer) => !BUSY.includes(answer.error),
    );
  }

  /** A new epoch begins its sequences anew. */
  #become(producerId: bigint, epoch: number): void {
    if (producerId !== this.producerId || epoch !== this.epoch) this.#sequences.clear();
    this.producerId = producerId;
    this.epoch = epoch;
  }
}
