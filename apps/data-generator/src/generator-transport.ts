import { connectProducer } from '@login-pipeline/nest-streams';
import type { RecordProducer } from '@login-pipeline/nest-streams';
import type { Tracing } from '@login-pipeline/observability';
import type { ServiceContext } from '@login-pipeline/service';
import { openSchemas } from '@login-pipeline/registry';
import type { Schemas } from '@login-pipeline/registry';
import { LOGIN_JSON_SCHEMA } from '@login-pipeline/schema';
import type { CustomTransportStrategy } from '@nestjs/microservices';
import { LoginGenerator } from './login-generator.ts';
import type { Send } from './login-generator.ts';
import type { GeneratedRecord } from './login-stream.ts';
import type { GeneratorSettings } from './settings.ts';

/** Gives the generator the life of a Nest transport: started last, drained first. It listens to nothing. */
export class GeneratorTransport implements CustomTransportStrategy {
  readonly #context: ServiceContext<GeneratorSettings>;
  readonly #generator: LoginGenerator;
  readonly #schemas: Schemas;
  #producer: RecordProducer | undefined;
  #running: Promise<void> | undefined;
  #closing = false;

  constructor(context: ServiceContext<GeneratorSettings>) {
    const { settings, logger, metrics, health, tracing } = context;
    this.#context = context;
    this.#schemas = openSchemas({
      ...settings.schemas,
      topics: new Map([[settings.outputTopic, LOGIN_JSON_SCHEMA]]),
      outputTopic: settings.outputTopic,
      logger,
      metrics,
      onFatal: context.fail,
    });
    const send: Send = (records) =>
      this.#connected().send(records.map((record) => this.#framed(record)));
    this.#generator = new LoginGenerator(
      settings,
      tracing === undefined ? send : traced(send, settings.outputTopic, tracing),
      metrics,
    );
    health.register('generator', this);
  }

  /** @returns why it does not send, or undefined when it does */
  notReady(): string | undefined {
    const unconnected = this.#running === undefined ? 'not connected to Kafka' : undefined;
    return this.#schemas.notReady() ?? unconnected;
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
    await this.#schemas.registered();
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

  /** Bad records get a frame too: what is wrong with them is inside. */
  #framed(record: GeneratedRecord): GeneratedRecord {
    const { value } = record;
    const framed = value && this.#schemas.frame(value);
    return framed === value ? record : { ...record, value: framed };
  }

  #connected(): RecordProducer {
    if (this.#producer === undefined) throw new Error('Send before connect');
    return this.#producer;
  }
}

/** The generator is where traces begin: its records carry the header that later spans are linked by. */
function traced(send: Send, topic: string, tracing: Tracing): Send {
  return (records) =>
    tracing.send(topic, records.length, (headers) =>
      send(records.map((record) => ({ ...record, headers }))),
    );
}
