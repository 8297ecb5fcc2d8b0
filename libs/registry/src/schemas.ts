import type { Logger, Metrics } from '@login-pipeline/observability';
import type { RegistryConnection } from './registry-client.ts';
import { RegistrySchemas } from './registry-schemas.ts';

/**
 * What a service has to know about schemas, by this class where Nest injects it: kept in memory, so
 * that deciding about a record waits for no request.
 */
export abstract class Schemas {
  /** Settles when the schemas of this release are registered; rejects when the registry refuses one. */
  abstract registered(): Promise<void>;
  /** @returns what is still to be had from the registry, or undefined */
  abstract notReady(): string | undefined;
  /**
   * Learns what a batch takes, before it is decided.
   *
   * @throws UndecidedError when the registry does not say
   */
  abstract prepare(records: Iterable<{ readonly value: Buffer | null }>): Promise<void>;
  /** @returns whether a schema has the id that a record's frame names. Only after {@link prepare}. */
  abstract isKnown(id: number): boolean;
  /**
   * @returns the value to write for a text: with a frame or without. Only after {@link prepare} or
   *   {@link registered}.
   */
  abstract frame(text: Buffer): Buffer;
}

export interface SchemasOptions {
  /** Absent: see {@link NO_REGISTRY}. */
  readonly registry?: RegistryConnection | undefined;
  /** `registry`: outputs get a frame; takes a registry. */
  readonly outputFraming: 'plain' | 'registry';
  /** JSON Schema by topic, of all topics that the service reads or writes. */
  readonly topics: ReadonlyMap<string, string>;
  /** The one of `topics` that outputs go to. */
  readonly outputTopic: string;
  readonly logger: Logger;
  readonly metrics: Metrics;
  /** The registry refuses a schema of the service; the process has to end. */
  readonly onFatal: (error: unknown) => void;
}

/** Without a registry every frame is read, whatever its id, and none is written. */
export const NO_REGISTRY: Schemas = {
  registered: () => Promise.resolve(),
  notReady: () => undefined,
  prepare: () => Promise.resolve(),
  isKnown: () => true,
  frame: (text) => text,
};

/** @returns the schemas of a service; with a registry it begins to register them */
export function openSchemas({ registry, ...options }: SchemasOptions): Schemas {
  return registry === undefined ? NO_REGISTRY : new RegistrySchemas({ ...options, registry });
}
