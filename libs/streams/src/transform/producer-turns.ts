import type { Write } from '../transactions/produce.ts';
import { StuckProducerError } from '../transactions/errors.ts';
import type { TransactionalProducer } from '../transactions/transactional-producer.ts';

/** Two: the markers of one transaction are written behind the records of the next one. */
const TURNS = 2;

/**
 * The producers of an instance, which take turns. One whose last transaction cannot end, because a
 * partition of it has no leader, gives its turn to another one, and is settled when it can be.
 */
export class ProducerTurns {
  readonly #open: (number: number) => TransactionalProducer;
  #producers: readonly TransactionalProducer[];
  #stuck: readonly TransactionalProducer[] = [];
  #opened = TURNS;
  #next = 0;

  /** @param open makes a producer under a transactional id of its own */
  constructor(open: (number: number) => TransactionalProducer) {
    this.#open = open;
    this.#producers = Array.from({ length: TURNS }, (_, number) => open(number));
  }

  /**
   * @returns the producer whose turn it is, ready for these writes
   * @throws StuckProducerError, or what {@link TransactionalProducer.takeOver} throws
   */
  async next(writes: readonly Write[]): Promise<TransactionalProducer> {
    const producer = this.#producers[this.#next];
    if (producer === undefined) throw new Error('There is no producer');
    this.#next = (this.#next + 1) % TURNS;
    if (!producer.isReady(writes)) await this.#takeOver(producer);
    return producer;
  }

  /**
   * Fences and settles producers in whose transactions something is in doubt. It may have to be
   * called again after it has thrown: what is settled stays so.
   *
   * @param failed one that is in doubt for sure; a broker that stops puts others in doubt, too (KAFKA-20734)
   */
  async settle(failed: TransactionalProducer | undefined): Promise<void> {
    const doubted = this.#producers.filter((one) => one === failed || !one.isIntact);
    await Promise.all(
      doubted.map(async (producer) => {
        // It is fenced, and ends as it has to: what it committed can be found out all the same.
        await this.#takeOver(producer).catch(unlessStuck);
      }),
    );
  }

  /** Whether something is half done that only this process can bring to its end. */
  get isSettling(): boolean {
    return [...this.#producers, ...this.#stuck].some((one) => one.isSettling);
  }

  /**
   * While nothing is committed no failure would tell that a broker has lost what it confirmed:
   * readers would wait for its end.
   */
  async tend(): Promise<void> {
    await this.settle(undefined);
    for (const producer of this.#stuck) {
      await producer.takeOver().then(() => {
        this.#stuck = this.#stuck.filter((one) => one !== producer);
      }, unlessStuck);
    }
  }

  async #takeOver(producer: TransactionalProducer): Promise<void> {
    try {
      await producer.takeOver();
    } catch (error) {
      if (error instanceof StuckProducerError) this.#replace(producer);
      throw error;
    }
  }

  #replace(stuck: TransactionalProducer): void {
    if (!this.#producers.includes(stuck)) return;
    const replacement = this.#open(this.#opened);
    this.#opened += 1;
    this.#producers = this.#producers.map((one) => (one === stuck ? replacement : one));
    this.#stuck = [...this.#stuck, stuck];
  }
}

function unlessStuck(error: unknown): void {
  if (!(error instanceof StuckProducerError)) throw error;
}
