import type { GeneratorSettings } from '@login-pipeline/config';
import { connectProducer } from '@login-pipeline/kafka';
import type { RecordProducer } from '@login-pipeline/kafka';
import type { ServiceContext } from '@login-pipeline/observability';
import type { CustomTransportStrategy } from '@nestjs/microservices';
import { LoginGenerator } from './login-generator.ts';

/** Gives the generator the life of a Nest transport: started last, drained first. It listens to nothing. */
export class GeneratorTransport implements CustomTransportStrategy {
  readonly #context: ServiceContext<GeneratorSettings>;
  readonly #generator: LoginGenerator;
  #producer: RecordProducer | undefined;
  #running: Promise<void> | undefined;
  #closing = false;

  constructor(context: ServiceContext<GeneratorSettings>) {
    const { settings, metrics, health } = context;
    this.#context = context;
    this.#generator = new LoginGenerator(
      settings,
      (records) => this.#connected().send(records),
      metrics,
    );
    health.register('generator', {
      ready: () => (this.#running === undefined ? 'not connected to Kafka' : undefined),
    });
  }

  /** Connects and starts to send; a failure is the callback's argument. */
  listen(callback: (error?: unknown) => void): void {
    this.#start().then(() => {
      callback();
    }, callback);
  }

  /** Waits for the batch in flight and the final truth, then disconnects. */
  async close(): Promise<void> {
    this.#closing = true;
    this.#generator.stop();
    await this.#running;
    await this.#producer?.disconnect();
  }

  async #start(): Promise<void> {
    const { settings, logger } = this.#context;
    this.#producer = await connectProducer(settings.kafka, {
      topic: { topic: settings.outputTopic, setting: 'OUTPUT_TOPIC' },
      compression: settings.producer.compression,
      logger,
    });
    // A stop that came meanwhile found no producer to disconnect.
    if (this.#closing) await this.#producer.disconnect();
    else this.#running = this.#run();
  }

  /** Never rejects: what goes wrong ends the service. */
  async #run(): Promise<void> {
    try {
      const generated = await this.#generator.run();
      this.#context.logger.info(generated, 'every login sent is acknowledged');
      this.#context.stop();
    } catch (error) {
      this.#context.fail(error);
    }
  }

  #connected(): RecordProducer {
    if (this.#producer === undefined) throw new Error('Send before connect');
    return this.#producer;
  }
}
