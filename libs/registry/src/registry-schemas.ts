import { setTimeout as sleep } from 'node:timers/promises';
import { UndecidedError } from '@login-pipeline/streams';
import { RegistryUnavailableError } from './errors.ts';
import { KnownIds } from './known-ids.ts';
import { RegistryClient } from './registry-client.ts';
import type { RegistryConnection } from './registry-client.ts';
import type { Schemas, SchemasOptions } from './schemas.ts';
import { framer, schemaIdOf } from './frame.ts';
import { NAMES } from './settings.ts';

const FIRST_PAUSE_MS = 250;
const LONGEST_PAUSE_MS = 5_000;

/**
 * Schemas in a registry: registered, or found to be, from the start on. While the registry is away the service goes on
 * with what it knows; what it does not know yet waits, because only the registry may call an id unknown.
 */
export class RegistrySchemas implements Schemas {
  readonly #options: SchemasOptions & { readonly registry: RegistryConnection };
  readonly #client: RegistryClient;
  readonly #ids: KnownIds;
  readonly #registered: Promise<void>;
  #frame: ((text: Buffer) => Buffer) | undefined;
  #missing: string | undefined;

  constructor(options: SchemasOptions & { readonly registry: RegistryConnection }) {
    this.#options = options;
    this.#client = new RegistryClient(options.registry, options.metrics);
    this.#ids = new KnownIds((id) => this.#client.hasSchema(id));
    if (options.outputFraming === 'plain') this.#frame = (text) => text;
    this.#registered = this.#registerAll();
    this.#registered.catch(options.onFatal);
  }

  registered(): Promise<void> {
    return this.#registered;
  }

  notReady(): string | undefined {
    return this.#missing;
  }

  async prepare(records: Iterable<{ readonly value: Buffer | null }>): Promise<void> {
    if (this.#frame === undefined) throw this.#undecided('the id of our own schema');
    const ids = new Set<number>();
    for (const { value } of records) {
      const id = value === null ? undefined : schemaIdOf(value);
      if (id !== undefined) ids.add(id);
    }
    if (ids.size === 0) return;
    try {
      await this.#ids.learn(ids);
    } catch (error) {
      if (!(error instanceof RegistryUnavailableError)) throw error;
      throw this.#undecided(`ids that it was not asked for before: ${error.message}`, error);
    }
  }

  isKnown(id: number): boolean {
    return this.#ids.has(id);
  }

  frame(text: Buffer): Buffer {
    if (this.#frame === undefined) throw new Error('The id of our schema is not known yet');
    return this.#frame(text);
  }

  async #registerAll(): Promise<void> {
    const { topics, outputTopic, outputFraming, logger } = this.#options;
    for (const [topic, schema] of topics) {
      const subject = `${topic}-value`;
      this.#missing = `waits for subject ${subject} of the schema registry`;
      const id = await this.#register(subject, schema);
      this.#ids.add(id);
      if (topic === outputTopic && outputFraming === 'registry') this.#frame = framer(id);
      logger.info({ subject, id }, 'The schema is registered');
    }
    this.#missing = undefined;
  }

  /** Tries for as long as the registry is away. */
  async #register(subject: string, schema: string): Promise<number> {
    const { registry, logger } = this.#options;
    for (let pause = FIRST_PAUSE_MS; ; pause = Math.min(2 * pause, LONGEST_PAUSE_MS)) {
      try {
        return await this.#client.ensure(subject, schema);
      } catch (error) {
        if (!(error instanceof RegistryUnavailableError)) throw error;
        logger.warn(
          { url: registry.url, subject, cause: error.message },
          `The schema registry (${NAMES.url}) gives no answer: it is asked again`,
        );
        await sleep(pause, undefined, { ref: false });
      }
    }
  }

  #undecided(what: string, cause?: Error): UndecidedError {
    const { url } = this.#options.registry;
    return new UndecidedError(
      `The schema registry at ${url} (${NAMES.url}) is waited for: ${what}`,
      { cause },
    );
  }
}
