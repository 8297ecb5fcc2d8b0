import type { ConsumedBatch } from '@login-pipeline/streams';
import type { CustomTransportStrategy } from '@nestjs/microservices';
import { Server } from '@nestjs/microservices';
import type { BatchContext } from './batch-context.ts';
import { handlerOf, KAFKA_BATCHES } from './batch-handler.ts';
import { startFailure } from '../client/errors.ts';

/** Consumes a topic once it is started, and can say how it does. */
export interface BatchConsumer {
  start(): Promise<void>;
  /** Finishes what is in flight and lets go of everything. */
  stop(): Promise<void>;
  /** @returns why it does not consume, or undefined when it does */
  notReady(): string | undefined;
  /** @returns why the process should be replaced, or undefined */
  notLive(): string | undefined;
}

/** The handler of a source as a function: one batch of one partition at a time. */
export type HandleBatch<Result> = (batch: ConsumedBatch) => Promise<Result>;

/**
 * Nest transport that hands the batches of one topic to a `@BatchHandler`. What its result means, and
 * what exactly once takes, is up to the consumer.
 */
export class BatchTransport<Result = unknown> extends Server implements CustomTransportStrategy {
  override readonly transportId = KAFKA_BATCHES;
  override readonly propagatesEventHandlerErrors = true;
  readonly #source: string;
  readonly #context: BatchContext;
  readonly #create: (handle: HandleBatch<Result>) => Promise<BatchConsumer>;
  #consumer: BatchConsumer | undefined;

  /**
   * @param source the name that `@BatchHandler` uses
   * @param context what its method is given beside each batch
   * @param create checks brokers and topics and makes the consumer; its error ends the start
   */
  constructor(
    source: string,
    context: BatchContext,
    create: (handle: HandleBatch<Result>) => Promise<BatchConsumer>,
  ) {
    super();
    this.#source = source;
    this.#context = context;
    this.#create = create;
  }

  /** Starts to consume; a failure is the callback's argument. */
  listen(callback: (error?: unknown) => void): void {
    this.#start().then(
      () => {
        callback();
      },
      (error: unknown) => {
        callback(startFailure(error));
      },
    );
  }

  /** Hands a batch to its method, inside Nest: what a stream does with the batches that it reads. */
  handle(batch: ConsumedBatch): Promise<Result> {
    return handlerOf<Result>(this.messageHandlers, this.#source, this.#context)(batch);
  }

  async close(): Promise<void> {
    await this.#consumer?.stop();
  }

  notReady(): string | undefined {
    return this.#consumer === undefined ? 'not started' : this.#consumer.notReady();
  }

  notLive(): string | undefined {
    return this.#consumer?.notLive();
  }

  override on(): never {
    throw new Error('This transport has no events: use the metrics and the health of the service');
  }

  override unwrap(): never {
    throw new Error('This transport does not hand out its client');
  }

  async #start(): Promise<void> {
    this.#consumer = await this.#create(
      handlerOf<Result>(this.messageHandlers, this.#source, this.#context),
    );
    await this.#consumer.start();
  }
}
