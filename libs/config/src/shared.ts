import {
  compression,
  decimal,
  HTTP_URL,
  integer,
  NETWORKS,
  oneOf,
  TEXT,
  TOPIC,
} from './formats.ts';
import type { Compression } from './formats.ts';
import { concern, setting } from './setting.ts';
import type { Concern, Fault, Setting, TextOf } from './setting.ts';

export interface HttpSettings {
  readonly host: string;
  /** 0: any free port. */
  readonly port: number;
  /** Addresses and networks whose `X-Forwarded-For` is believed. */
  readonly trustedProxies: readonly string[];
}

export type LogLevel = 'fatal' | 'error' | 'warn' | 'info' | 'debug' | 'trace';

export interface LogSettings {
  readonly level: LogLevel;
}

/** Where spans go. */
export interface TracesSettings {
  readonly exporter: 'none' | 'otlp';
  readonly endpoint: string;
  readonly headers: string | undefined;
  /** 0 to 1. */
  readonly ratio: number;
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
  return concern(
    {
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
      trustedProxies: setting('HTTP_TRUSTED_PROXIES', {
        description:
          'Proxies whose `X-Forwarded-For` names the client that limits hold for; not set: none',
        format: NETWORKS,
      }),
    },
    { shape: ({ trustedProxies = [], ...address }) => ({ ...address, trustedProxies }) },
  );
}

export const LOG: Concern<LogSettings> = concern({
  level: setting('LOG_LEVEL', {
    description: 'Least severe level to log',
    format: oneOf(['fatal', 'error', 'warn', 'info', 'debug', 'trace']),
    default: 'info',
  }),
});

/** Under the names of OpenTelemetry's own settings; the others of its SDK hold, too. */
export const TRACES: Concern<TracesSettings> = concern({
  exporter: setting('OTEL_TRACES_EXPORTER', {
    description: 'Where traces go: one span per batch, linked by the `traceparent` of its records',
    format: oneOf(['none', 'otlp']),
    default: 'none',
  }),
  endpoint: setting('OTEL_EXPORTER_OTLP_ENDPOINT', {
    description: 'Collector that takes traces by OTLP over HTTP',
    format: HTTP_URL,
    default: 'http://localhost:4318',
  }),
  headers: setting('OTEL_EXPORTER_OTLP_HEADERS', {
    description: 'Headers for the collector, `name=value` separated by commas',
    format: TEXT,
    secret: true,
  }),
  ratio: setting('OTEL_TRACES_SAMPLER_ARG', {
    description: 'Share of the batches that are traced',
    format: decimal(0, 1),
    default: '1',
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
