import type { Ports } from '../../ports.ts';
import type { Broker } from '../../protocol/cluster-apis.ts';
import type { RequestOf } from '../../protocol/apis.ts';
import type { FetchedBatch } from '../../fetch/fetched-batch.ts';
import { readLimits } from '../../fetch/read-limits.ts';

/** What a copier copies, and as what. */
export interface CopierOptions {
  readonly from: string;
  readonly to: string;
  readonly partition: number;
  readonly transactionalId: string;
  readonly groupId: string;
  readonly bumpsEpoch: boolean;
}

/** A refusal that a copier does not get over: it begins anew. */
class RefusedError extends Error {
  override readonly name = 'RefusedError';
}

interface Producer {
  readonly transactionalId: string;
  readonly producerId: bigint;
  readonly epoch: number;
}

/**
 * Copies a partition, a transaction for each fetch, for tests of the simulation: the smallest
 * engine that gets each record over once, whatever happens. It belongs to no group, and begins anew
 * at all errors.
 */
export class SampleCopier {
  readonly #ports: Ports;
  readonly #options: CopierOptions;
  /** Transactions that were committed, as far as it knows. */
  commits = 0;
  restarts = 0;

  constructor(ports: Ports, options: CopierOptions) {
    this.#ports = ports;
    this.#options = options;
  }

  /** Runs until its process dies. */
  async run(): Promise<never> {
    for (;;) {
      try {
        await this.#session();
      } catch {
        this.restarts += 1;
        await this.#ports.clock.sleep(20);
      }
    }
  }

  async #session(): Promise<never> {
    const { wire, clock } = this.#ports;
    const { from, to, partition, transactionalId, groupId, bumpsEpoch } = this.#options;
    const coordinator = await this.#coordinator('transaction', transactionalId);
    const group = await this.#coordinator('group', groupId);
    let producer = await this.#init(coordinator);
    const metadata = await wire.send('any', 'Metadata', { topics: [from, to] });
    const [source, target] = [from, to].map((topic) => {
      const found = metadata.topics.find((one) => one.topic === topic);
      const place = found?.partitions.find((one) => one.partition === partition);
      const leader = metadata.brokers.find(({ id }) => id === place?.leader);
      if (found === undefined || place === undefined || leader === undefined) {
        throw new RefusedError('no leader');
      }
      return { leader, topicId: found.topicId, leaderEpoch: place.leaderEpoch };
    });
    if (source === undefined || target === undefined) throw new RefusedError('no topic');
    let position = await this.#committed(group);
    let sequence = 0;
    for (;;) {
      const { leader, topicId, leaderEpoch } = source;
      const fetched = await wire.send(
        leader,
        'Fetch',
        {
          isolation: 'read_committed',
          maxWaitMs: 500,
          minBytes: 1,
          maxBytes: 1_000_000,
          partitions: [{ topicId, partition, leaderEpoch, offset: position, maxBytes: 1_000 }],
        },
        { channel: 'fetch', timeoutMs: 1_000 },
      );
      const data = fetched.partitions[0];
      if (data?.error !== 'NONE') throw new RefusedError(data?.error);
      const { records, next } = await readable(data.records.batches, position);
      if (records.length === 0) {
        position = next;
        continue;
      }
      if (!bumpsEpoch) await this.#addBefore(coordinator, producer);
      const batch = await this.#ports.encoder.encode(records, 'none');
      const produced = await wire.send(
        target.leader,
        'Produce',
        {
          transactionalId,
          addsPartitions: bumpsEpoch,
          timeoutMs: 1_000,
          partitions: [
            { topic: to, partition, batch, stamp: { ...producer, baseSequence: sequence } },
          ],
        },
        { channel: 'write', timeoutMs: 1_000 },
      );
      check(produced.partitions[0]?.error);
      const committed = await wire.send(group, 'TxnOffsetCommit', {
        ...producer,
        groupId,
        memberId: '',
        generation: -1,
        addsOffsets: bumpsEpoch,
        offsets: [{ topic: from, partition, offset: next, leaderEpoch: -1, metadata: '' }],
      });
      check(committed.partitions[0]?.error);
      const end = { ...producer, commit: true, bumpsEpoch };
      producer = { transactionalId, ...(await this.#end(coordinator, end)) };
      sequence = bumpsEpoch ? 0 : sequence + records.length;
      position = next;
      this.commits += 1;
      await clock.sleep(1);
    }
  }

  async #addBefore(coordinator: Broker, producer: Producer): Promise<void> {
    const { wire, clock } = this.#ports;
    const { to, partition, groupId } = this.#options;
    const partitions = [{ topic: to, partition }];
    for (;;) {
      const added = await wire.send(coordinator, 'AddPartitionsToTxn', { ...producer, partitions });
      const error = added.partitions[0]?.error;
      if (error === 'NONE') break;
      if (error !== 'CONCURRENT_TRANSACTIONS') throw new RefusedError(error);
      await clock.sleep(5);
    }
    check((await wire.send(coordinator, 'AddOffsetsToTxn', { ...producer, groupId })).error);
  }

  async #end(
    coordinator: Broker,
    request: RequestOf<'EndTxn'>,
  ): Promise<{ producerId: bigint; epoch: number }> {
    const { error, producerId, epoch } = await this.#ports.wire.send(
      coordinator,
      'EndTxn',
      request,
      { timeoutMs: 1_000 },
    );
    check(error);
    return { producerId, epoch };
  }

  async #init(coordinator: Broker): Promise<Producer> {
    const { transactionalId } = this.#options;
    const request = { transactionalId, timeoutMs: 30_000 };
    for (;;) {
      const { error, producerId, epoch } = await this.#ports.wire.send(
        coordinator,
        'InitProducerId',
        request,
        { timeoutMs: 1_000 },
      );
      if (error === 'NONE') return { transactionalId, producerId, epoch };
      if (error !== 'CONCURRENT_TRANSACTIONS') throw new RefusedError(error);
      await this.#ports.clock.sleep(10);
    }
  }

  async #coordinator(kind: 'group' | 'transaction', key: string): Promise<Broker> {
    const found = await this.#ports.wire.send('any', 'FindCoordinator', { kind, key });
    check(found.error);
    return found.broker;
  }

  async #committed(group: Broker): Promise<bigint> {
    const { from, partition, groupId } = this.#options;
    const partitions = [{ topic: from, partition }];
    for (;;) {
      const request = { groupId, requireStable: true, partitions };
      const { error, partitions: stored } = await this.#ports.wire.send(
        group,
        'OffsetFetch',
        request,
      );
      check(error);
      const offset = stored[0];
      if (offset?.error === 'NONE') return offset.offset < 0n ? 0n : offset.offset;
      if (offset?.error !== 'UNSTABLE_OFFSET_COMMIT') throw new RefusedError(offset?.error);
      await this.#ports.clock.sleep(10);
    }
  }
}

function check(error: string | undefined): void {
  if (error !== 'NONE') throw new RefusedError(error);
}

/** The records of batches outside of transactions. */
async function readable(batches: readonly FetchedBatch[], position: bigint) {
  const limits = readLimits();
  const records = [];
  let next = position;
  for (const batch of batches) {
    const part = await batch.whole(Number(position), limits);
    for (const { key, value, timestamp } of part?.records ?? []) {
      records.push({ key, value, timestamp });
    }
    next = BigInt(batch.lastOffset + 1);
  }
  return { records, next };
}
