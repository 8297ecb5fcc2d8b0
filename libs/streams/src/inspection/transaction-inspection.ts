import { Cluster } from '../cluster/cluster.ts';
import { retryUntil } from '../cluster/retry-until.ts';
import { ProtocolError } from '../cluster/protocol-error.ts';
import type { Ports } from '../ports.ts';
import type { Broker } from '../protocol/cluster-apis.ts';
import type { TopicPartition } from '../protocol/log-apis.ts';
import { TRANSACTIONS_TOPIC } from '../protocol/transaction-apis.ts';
import { StuckProducerError } from '../transactions/errors.ts';
import { initProducer } from '../transactions/init-producer.ts';
import { openEnds } from '../transactions/open-ends.ts';
import { placeKey } from '../transactions/touched-places.ts';
import { fateOf } from './transaction-fate.ts';
import type { CoordinatedTransaction, TransactionFate } from './transaction-fate.ts';

/** A transaction at which readers of committed records wait, as the partition's leader has it. */
interface HeldPartition extends TopicPartition {
  /** Its first offset: such readers end there. */
  readonly offset: bigint;
  readonly producerId: bigint;
  readonly epoch: number;
  /** Of the coordinator that wrote the producer's last marker here; -1: there is none. */
  readonly coordinatorEpoch: number;
  /** What its producer gave its last record here for a timestamp, epoch ms. */
  readonly lastTimestamp: bigint;
}

/** A transaction that stays open: readers of committed records wait at it. */
export interface OpenTransaction extends HeldPartition {
  readonly fate: TransactionFate;
  /** What its coordinator has; undefined: nothing, or it was not to be asked. */
  readonly coordinated: CoordinatedTransaction | undefined;
}

/** What {@link TransactionInspection} found in all partitions that it looked at. */
export interface OpenTransactions {
  /** The first one of each partition, in the order of topics and partitions. */
  readonly open: readonly OpenTransaction[];
  /** Partitions that could not be looked at. */
  readonly leaderless: readonly TopicPartition[];
}

/** The engine's transactions take some ten milliseconds: what is open for so long was left, or is another program's. */
const OPEN_MS = 2_000;
/** Leaders and coordinators are elected within it, and markers written. */
const RETRY_FOR_MS = 10_000;
const PAUSE_MS = 50;
/** As long as a transaction of the engine: what an id is taken over with, and never used. */
const TAKE_OVER_TIMEOUT_MS = 5_000;
/** What a first transaction is ended with: there is no marker whose coordinator had a later epoch (KIP-664). */
const FIRST_COORDINATOR_EPOCH = 0;

/**
 * Finds transactions that stay open in some topics, and ends them (KIP-664). All that is thrown is
 * ProtocolError for what brokers refuse, and UnreachableError or UnansweredError when they cannot
 * be asked.
 */
export class TransactionInspection {
  readonly #ports: Ports;
  readonly #topics: readonly string[];
  readonly #cluster: Cluster;

  constructor(ports: Ports, topics: readonly string[]) {
    this.#ports = ports;
    this.#topics = topics;
    this.#cluster = new Cluster(ports, topics);
  }

  /**
   * Takes two looks, some seconds apart: what is open in both of them stays open. Topics that do
   * not exist have no partitions.
   */
  async find(): Promise<OpenTransactions> {
    const before = await this.#retry(() => this.#held());
    if (before.size > 0) await this.#ports.clock.sleep(OPEN_MS);
    const after = before.size === 0 ? before : await this.#retry(() => this.#held());
    const places = this.#places();
    const held = places.flatMap((place) => {
      const transaction = after.get(placeKey(place));
      const isSame = transaction?.offset === before.get(placeKey(place))?.offset;
      return transaction !== undefined && isSame ? [transaction] : [];
    });
    return {
      open: await this.#withFates(held),
      leaderless: places.filter(
        ({ topic, partition }) => this.#cluster.leader(topic, partition) === undefined,
      ),
    };
  }

  /**
   * Has the partition's leader abort a transaction, whatever coordinators think of it: call it for
   * lost ones only. Others would be aborted in this partition, and may be committed in the rest.
   */
  async abort(transaction: OpenTransaction): Promise<void> {
    const { topic, partition, producerId, epoch, ...held } = transaction;
    // It may have ended since it was found.
    if (!(await this.#retry(() => this.#isOpen(transaction)))) return;
    const coordinatorEpoch = Math.max(held.coordinatorEpoch, FIRST_COORDINATOR_EPOCH);
    const marker = { producerId, epoch, coordinatorEpoch, commit: false };
    const broker = await this.#retry(() => this.#leader({ topic, partition }));
    const request = { ...marker, partitions: [{ topic, partition }] };
    // Asked once: a second marker might hit the producer's next transaction.
    const { partitions } = await this.#cluster.send(broker, 'WriteTxnMarkers', request);
    const error = partitions[0]?.error ?? 'UNKNOWN_SERVER_ERROR';
    if (error !== 'NONE') throw new ProtocolError(error, `WriteTxnMarkers of topic "${topic}"`);
  }

  /** Fences the holder of a transactional id, and has its coordinator abort what is open. */
  async takeOver(transactionalId: string): Promise<void> {
    try {
      await this.#retry(() => initProducer(this.#cluster, transactionalId, TAKE_OVER_TIMEOUT_MS));
    } catch (error) {
      // Its producer is fenced, and the markers come when the partitions that miss them have leaders.
      if (!(error instanceof StuckProducerError)) throw error;
    }
  }

  /** @returns whether a transaction has ended where it was open, as far as there is patience to wait for its markers */
  async hasEnded(transaction: OpenTransaction): Promise<boolean> {
    const { clock } = this.#ports;
    const until = clock.now() + RETRY_FOR_MS;
    for (;;) {
      const isOpen = await this.#retry(() => this.#isOpen(transaction));
      if (!isOpen || clock.now() > until) return !isOpen;
      await clock.sleep(PAUSE_MS);
    }
  }

  async #isOpen({ topic, partition, producerId, offset }: OpenTransaction): Promise<boolean> {
    const leader = await this.#leader({ topic, partition });
    const producers = await this.#producers(leader, [{ topic, partition }]);
    return producers.some((one) => one.producerId === producerId && one.offset === offset);
  }

  /** @returns by partition, the transaction that readers of committed records wait at */
  async #held(): Promise<ReadonlyMap<string, HeldPartition>> {
    const cluster = this.#cluster;
    await cluster.refresh();
    const ends = await openEnds(cluster, this.#topics, (refusal) => {
      throw refusal;
    });
    const asked = [...cluster.byLeader(this.#topics)].map(async ([broker, led]) => {
      const places = led.filter((place) => ends.has(placeKey(place)));
      return places.length === 0 ? [] : this.#producers(broker, places);
    });
    const held = new Map<string, HeldPartition>();
    for (const transaction of (await Promise.all(asked)).flat()) {
      const place = placeKey(transaction);
      const first = held.get(place);
      if (first === undefined || transaction.offset < first.offset) held.set(place, transaction);
    }
    return held;
  }

  /** @returns all transactions that are open in partitions of a leader */
  async #producers(
    broker: Broker,
    places: readonly TopicPartition[],
  ): Promise<readonly HeldPartition[]> {
    const request = { partitions: places };
    const { partitions } = await this.#cluster.send(broker, 'DescribeProducers', request);
    return partitions.flatMap(({ topic, partition, error, producers }) => {
      if (error !== 'NONE') throw new ProtocolError(error, `DescribeProducers of topic "${topic}"`);
      return producers
        .filter(({ openSince }) => openSince >= 0n)
        .map(({ openSince: offset, ...producer }) => ({ topic, partition, offset, ...producer }));
    });
  }

  async #withFates(held: readonly HeldPartition[]): Promise<readonly OpenTransaction[]> {
    if (held.length === 0) return [];
    const ids = [...new Set(held.map(({ producerId }) => producerId))];
    return this.#retry(async () => {
      const areAllAsked = await this.#areCoordinatorsThere();
      const coordinated = await this.#coordinated(ids);
      return held.map((transaction) => {
        const found = coordinated.get(transaction.producerId);
        const fate = fateOf(transaction, found, areAllAsked);
        return { ...transaction, fate, coordinated: found };
      });
    });
  }

  /** @returns whether each partition of the transactions' states has a leader, as far as that may be looked at */
  async #areCoordinatorsThere(): Promise<boolean> {
    const request = { topics: [TRANSACTIONS_TOPIC] };
    const { topics, brokers } = await this.#cluster.send('any', 'Metadata', request);
    const there = new Set(brokers.map(({ id }) => id));
    return topics.every(
      ({ error, partitions }) =>
        // Where there has been no transaction yet, there is no such topic.
        error === 'UNKNOWN_TOPIC_OR_PARTITION' ||
        (error === 'NONE' && partitions.every(({ leader }) => there.has(leader))),
    );
  }

  /** @returns by producer id, what coordinators have */
  async #coordinated(
    producerIds: readonly bigint[],
  ): Promise<ReadonlyMap<bigint, CoordinatedTransaction>> {
    const cluster = this.#cluster;
    await cluster.refresh();
    const listed = await Promise.all(
      cluster.brokers.map(async (broker) => {
        const request = { states: [], producerIds };
        const { error, transactions } = await cluster.send(broker, 'ListTransactions', request);
        if (error !== 'NONE') throw new ProtocolError(error, 'ListTransactions');
        return transactions;
      }),
    );
    const described = await Promise.all(
      listed.flat().map(({ transactionalId }) => this.#describe(transactionalId)),
    );
    return new Map(
      described.flatMap((one) => (one === undefined ? [] : [[one.producerId, one] as const])),
    );
  }

  async #describe(
    transactionalId: string,
  ): Promise<(CoordinatedTransaction & { readonly producerId: bigint }) | undefined> {
    const request = { transactionalIds: [transactionalId] };
    const { transactions } = await this.#cluster.ask(
      'transaction',
      transactionalId,
      'DescribeTransactions',
      request,
      ({ transactions: [one] }) => one?.error ?? 'UNKNOWN_SERVER_ERROR',
    );
    const [described] = transactions;
    // It may have expired since it was listed.
    if (described === undefined || described.error === 'TRANSACTIONAL_ID_NOT_FOUND')
      return undefined;
    const { error, ...transaction } = described;
    if (error === 'NONE') return transaction;
    throw new ProtocolError(error, `DescribeTransactions of "${transactionalId}"`);
  }

  /** @throws ProtocolError while there is none */
  async #leader({ topic, partition }: TopicPartition): Promise<Broker> {
    await this.#cluster.refresh();
    const leader = this.#cluster.leader(topic, partition);
    if (leader !== undefined) return leader.broker;
    const subject = `Metadata of partition ${partition} of topic "${topic}"`;
    throw new ProtocolError('LEADER_NOT_AVAILABLE', subject);
  }

  /** All partitions that the topics had when they were last looked at. */
  #places(): readonly TopicPartition[] {
    return this.#topics.flatMap((topic) =>
      Array.from({ length: this.#cluster.topic(topic)?.partitions ?? 0 }, (_, partition) => ({
        topic,
        partition,
      })),
    );
  }

  #retry<Answer>(ask: () => Promise<Answer>): Promise<Answer> {
    return retryUntil(this.#ports.clock, this.#ports.clock.now() + RETRY_FOR_MS, ask);
  }
}
