/** A request whose answer is waited for. */
export interface Waiting {
  readonly correlationId: number;
  /** How long it may take, in milliseconds, from the answer before it on. */
  readonly allowedMs: number;
  /** @throws when the answer cannot be what was asked for */
  readonly onAnswer: (answer: Buffer) => void;
  readonly onLost: (reason: Error) => void;
}

const MAX_CORRELATION_ID = 0x7fff_ffff;
const CORRELATION_ID_BYTES = 4;

/**
 * The requests of a connection that are under way. A broker answers them in their order (Kafka
 * protocol guide, "Network"): the time of each one begins when those before it are answered.
 */
export class Pipeline {
  readonly #waiting: Waiting[] = [];
  readonly #onLate: (reason: Error) => void;
  #timer: NodeJS.Timeout | undefined;
  #lastId = 0;

  /** @param onLate called when the first request has waited too long */
  constructor(onLate: (reason: Error) => void) {
    this.#onLate = onLate;
  }

  /** @returns an id that no request under way has */
  nextId(): number {
    this.#lastId = this.#lastId === MAX_CORRELATION_ID ? 0 : this.#lastId + 1;
    return this.#lastId;
  }

  /** Whether no request is under way, nor was when it ended. */
  get isIdle(): boolean {
    return this.#waiting.length === 0;
  }

  /** A request is sent. */
  add(waiting: Waiting): void {
    this.#waiting.push(waiting);
    if (this.#waiting.length === 1) this.#watchFirst();
  }

  /**
   * An answer has come, its correlation id first.
   *
   * @throws Error when it is no answer to the first request, which goes on waiting
   */
  answered(answer: Buffer): void {
    const first = this.#waiting[0];
    if (first?.correlationId !== answer.readInt32BE(0)) {
      throw new Error('it answers what it was not asked');
    }
    first.onAnswer(answer.subarray(CORRELATION_ID_BYTES));
    this.#waiting.shift();
    this.#watchFirst();
  }

  /** No answer will come any more. */
  end(reason: Error): void {
    clearTimeout(this.#timer);
    for (const { onLost } of this.#waiting) onLost(reason);
  }

  #watchFirst(): void {
    clearTimeout(this.#timer);
    const first = this.#waiting[0];
    if (first === undefined) return;
    this.#timer = setTimeout(() => {
      this.#onLate(new Error(`no answer within ${first.allowedMs} ms`));
    }, first.allowedMs);
  }
}
