import { compression, integer, oneOf, TEXT, TOPIC } from './formats.ts';
import type { Compression } from './formats.ts';
import { concern, setting } from './setting.ts';
import type { Concern, Fault, Setting, TextOf } from './setting.ts';

export interface HttpSettings {
  readonly host: string;
  /** 0: any free port. */
  readonly port: number;
}

export type LogLevel = 'fatal' | 'error' | 'warn' | 'info' | 'debug' | 'trace';

export interface LogSettings {
  readonly level: LogLevel;
}

/** How records are gathered and packed on their way to a topic. */
export interface ProducerSettings {
  readonly lingerMs: number;
  readonly batchMaxRecords: number;
  readonly compression: Compression;
}

/** Longer than an hour is a mistake in the unit. */
const MAX_MS = 3_600_000;

/** @param port default of HTTP_PORT */
export function http(port: number): Concern<HttpSettings> {
  return concern({
    host: setting('HTTP_HOST', {
      description: 'Address that the HTTP server listens on',
      format: TEXT,
      default: '0.0.0.0',
    }),
    port: setting('HTTP_PORT', {
      description: 'Port of health, metrics and pages; `0` takes any free one',
      format: integer(0, 65_535),
      default: String(port),
    }),
  });
}

export const LOG: Concern<LogSettings> = concern({
  level: setting('LOG_LEVEL', {
    description: 'Least severe level to log',
    format: oneOf(['fatal', 'error', 'warn', 'info', 'debug', 'trace']),
    default: 'info',
  }),
});

/** @param lingerMs default of LINGER_MS */
export function producer(lingerMs: number): Concern<ProducerSettings> {
  return concern({
    lingerMs: milliseconds(
      'LINGER_MS',
      lingerMs,
      'How long to wait for more records before a send; for the transformer, before a transaction',
      0,
    ),
    batchMaxRecords: setting('BATCH_MAX_RECORDS', {
      description: 'Most records in one produce request',
      format: integer(1, 1_000_000),
      default: '10000',
    }),
    compression: setting('COMPRESSION', {
      description: 'Codec of the record batches written; `zstd` needs Node 22.15 or later',
      format: compression(),
      default: 'none',
    }),
  });
}

export const STALL_TIMEOUT = milliseconds(
  'STALL_TIMEOUT_MS',
  60_000,
  'How long a partition with unread records may stand still before the service exits with 75',
);

export const DRAIN_TIMEOUT = milliseconds(
  'DRAIN_TIMEOUT_MS',
  20_000,
  'How long a stop may take to finish work in hand',
);

/** @returns a setting that names a topic */
export function topic(name: string, description: string, defaultTopic: string): Setting<string> {
  return setting(name, { description, format: TOPIC, default: defaultTopic });
}

/** @returns a setting that names a consumer group */
export function group(defaultGroup: string): Setting<string> {
  return setting('GROUP_ID', {
    description: 'Consumer group, exactly as the broker shows it',
    format: TEXT,
    default: defaultGroup,
  });
}

/** @returns a setting in milliseconds, at most an hour */
export function milliseconds(
  name: string,
  defaultMs: number,
  description: string,
  min = 1,
): Setting<number> {
  return setting(name, { description, format: integer(min, MAX_MS), default: String(defaultMs) });
}

/** A service that writes a topic it reads, or two kinds of records to one topic, feeds on itself. */
export function distinctTopics(...names: readonly string[]): (text: TextOf) => readonly Fault[] {
  return (text) =>
    names.flatMap((name, index) =>
      names
        .slice(0, index)
        .filter((earlier) => text(earlier) === text(name))
        .map((earlier) => ({ name, problem: `must differ from ${earlier}` })),
    );
}
