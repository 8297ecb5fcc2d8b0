import { isIP } from 'node:net';
import {
  concern,
  decimal,
  integer,
  list,
  milliseconds,
  oneOf,
  setting,
  TEXT,
} from '@login-pipeline/config';
import type { Concern, Format } from '@login-pipeline/config';
import type { TracesSettings } from '@login-pipeline/observability';
import * as z from 'zod';

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

/** Longest prefix of a network, by version of IP. */
const PREFIX_BITS: Readonly<Record<number, number>> = { 4: 32, 6: 128 };

const HTTP_URL: Format<string> = {
  expected: 'an address that begins with `http://` or `https://`',
  schema: z.url({ protocol: /^https?$/ }),
};

const NETWORKS: Format<readonly string[]> = {
  expected: 'a comma-separated list of IP addresses and networks (`10.0.0.0/8`, `fd00::/8`)',
  schema: list(z.string().refine(isAddressOrNetwork)),
};

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

export const DRAIN_TIMEOUT = milliseconds(
  'DRAIN_TIMEOUT_MS',
  20_000,
  'How long a stop may take to finish work in hand',
);

function isAddressOrNetwork(text: string): boolean {
  const [, address = '', prefix = '0'] = /^([\da-f.:]+)(?:\/(\d{1,3}))?$/i.exec(text) ?? [];
  return Number(prefix) <= (PREFIX_BITS[isIP(address)] ?? -1);
}
