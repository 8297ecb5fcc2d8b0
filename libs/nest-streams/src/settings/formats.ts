import { list } from '@login-pipeline/config';
import type { Format } from '@login-pipeline/config';
import * as z from 'zod';

/** Where secrets are sent: over TLS, unless it stays on this host. */
export const TOKEN_ENDPOINT: Format<string> = {
  expected: 'an `https://` URL (`http://` only on `localhost`)',
  schema: z.string().refine(isSafeEndpoint),
};

/** Kafka's own rule for topic names (org.apache.kafka.common.internals.Topic). */
export const TOPIC: Format<string> = {
  expected: 'a topic name (letters, digits, `.`, `_` and `-`, at most 249)',
  schema: z
    .string()
    .regex(/^[\w.-]{1,249}$/)
    .refine((name) => name !== '.' && name !== '..'),
};

/** Bootstrap brokers. The client takes no IPv6 literals: it cuts each address at its first colon. */
export const BROKERS: Format<readonly string[]> = {
  expected: 'a comma-separated list of `host:port`',
  schema: list(
    z
      .string()
      .regex(/^[\w.-]+:\d+$/)
      .refine(hasPort),
  ),
};

function isSafeEndpoint(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const { protocol, hostname } = new URL(text);
  const isLocal = ['localhost', '127.0.0.1', '[::1]'].includes(hostname);
  return protocol === 'https:' || (protocol === 'http:' && isLocal);
}

function hasPort(address: string): boolean {
  const port = Number(address.slice(address.indexOf(':') + 1));
  return port >= 1 && port <= 65_535;
}
