import type { Cluster } from '../cluster/cluster.ts';
import { retryUntil } from '../cluster/retry-until.ts';
import { ProtocolError } from '../cluster/protocol-error.ts';
import type { Clock } from '../ports.ts';
import type { Write } from '../transactions/produce.ts';
import { isOfWhatIsWritten, writeOnce } from './write-once.ts';
import type { FailedWrite, Sent } from './write-once.ts';

/** What an {@link IdempotentProducer} writes through, and how long it tries. */
export interface IdempotentProducerOptions {
  /** Knows all topics that are written to. */
  readonly cluster: Cluster;
  readonly clock: Clock;
  /** After so long in which no batch was acknowledged it gives up, in milliseconds. */
  readonly retryForMs: number;
}

const PAUSE_MS = 100;
/** Transactions have one; here the broker wants to see any. */
const UNUSED_TIMEOUT_MS = 60_000;
/** Sequence numbers begin anew after the largest int32 (KIP-98). */
const SEQUENCES = 2 ** 31;

interface ProducerId {
  readonly producerId: bigint;
  readonly epoch: number;
}

/**
 * Writes records outside of transactions, each once and in order, whatever brokers do meanwhile
 * (KIP-98): a batch that is sent again keeps its number, by which a leader knows that it has it.
 */
export class IdempotentProducer {
  readonly #options: IdempotentProducerOptions;
  #id: ProducerId | undefined;
  /** By partition, the number of the next record. */
  readonly #sequences = new Map<string, number>();
  #last: Promise<unknown> = Promise.resolve();

  constructor(options: IdempotentProducerOptions) {
    this.#options = options;
  }

  /** Asks for a producer id. @throws ProtocolError when that is refused; UnansweredError, UnreachableError */
  async open(): Promise<void> {
    const { cluster, clock, retryForMs } = this.#options;
    this.#id = await retryUntil(clock, clock.now() + retryForMs, async () => {
      const request = { transactionalId: undefined, timeoutMs: UNUSED_TIMEOUT_MS };
      const { error, ...id } = await cluster.send('any', 'InitProducerId', request);
      if (error !== 'NONE') throw new ProtocolError(error, 'InitProducerId');
      return id;
    });
  }

  /**
   * Resolves when every replica in sync has the records. Calls may overlap: each is sent behind those before it.
   *
   * @throws ProtocolError, UnansweredError or UnreachableError when it is not known whether all are
   *   written; the producer is of no use then
   */
  send(writes: readonly Write[]): Promise<void> {
    const sending = this.#last.then(() => this.#send(writes));
    this.#last = sending.catch(() => undefined);
    return sending;
  }

  async #send(writes: readonly Write[]): Promise<void> {
    const { cluster, clock, retryForMs } = this.#options;
    let until = clock.now() + retryForMs;
    let left = this.#numbered(writes);
    for (let attempt = 1; ; attempt += 1) {
      const written = new Set<Sent>();
      const failed = await writeOnce(cluster, left, written);
      left = left.filter((sent) => !written.has(sent));
      if (left.length === 0) return;
      if (written.size > 0) until = clock.now() + retryForMs;
      const [first] = [...failed.values()].filter((one) => isFinal(one) || clock.now() >= until);
      if (first !== undefined) {
        // What comes next would be out of sequence.
        this.#id = undefined;
        throw first.error;
      }
      await cluster.pause(PAUSE_MS * Math.min(attempt, 10));
      await cluster.refresh().catch(() => undefined);
    }
  }

  #numbered(writes: readonly Write[]): readonly Sent[] {
    const id = this.#id;
    if (id === undefined) throw new Error('The producer is not open');
    return writes.flatMap(({ topic, partition, batches }) =>
      batches.map((batch) => {
        const key = `${topic} ${partition}`;
        const baseSequence = this.#sequences.get(key) ?? 0;
        this.#sequences.set(key, (baseSequence + batch.length) % SEQUENCES);
        return { topic, partition, batch, stamp: { ...id, baseSequence } };
      }),
    );
  }
}

/** The broker says the same again, or has lost count of this producer. */
const FINAL: ReadonlySet<string> = new Set([
  'OUT_OF_ORDER_SEQUENCE_NUMBER',
  'UNKNOWN_PRODUCER_ID',
  'INVALID_PRODUCER_EPOCH',
]);

function isFinal({ error }: FailedWrite): boolean {
  return isOfWhatIsWritten(error) || (error instanceof ProtocolError && FINAL.has(error.code));
}
