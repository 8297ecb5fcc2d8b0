import { accessSync, constants, statSync } from 'node:fs';
import { isIP } from 'node:net';
import { dirname } from 'node:path';
import zlib from 'node:zlib';
import * as z from 'zod';
import type { Format } from './setting.ts';

/** Longest prefix of a network, by version of IP. */
const PREFIX_BITS: Readonly<Record<number, number>> = { 4: 32, 6: 128 };

/** Any text but the empty one (an empty variable counts as not set). */
export const TEXT: Format<string> = { expected: 'text', schema: z.string().min(1) };

/** Gives the current text of a secret: of one in a file, what the file holds now. Throws when that cannot be read. */
export type Secret = () => string;

export const SECRET: Format<Secret> = {
  expected: TEXT.expected,
  schema: TEXT.schema.transform((text) => () => text),
};

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

export const BOOLEAN: Format<boolean> = {
  expected: '`true` or `false`',
  schema: z.enum(['true', 'false']).transform((text) => text === 'true'),
};

export const HTTP_URL: Format<string> = {
  expected: 'an address that begins with `http://` or `https://`',
  schema: z.url({ protocol: /^https?$/ }),
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

export const NETWORKS: Format<readonly string[]> = {
  expected: 'a comma-separated list of IP addresses and networks (`10.0.0.0/8`, `fd00::/8`)',
  schema: list(z.string().refine(isAddressOrNetwork)),
};

/** Without a user in it: what a URL holds gets logged. */
export const REGISTRY_URL: Format<string> = {
  expected: 'an `http` or `https` URL without user, query and fragment',
  schema: z.string().refine(isPlainHttpUrl),
};

export const READABLE_FILE: Format<string> = {
  expected: 'the path of a file that exists and may be read',
  schema: z.string().refine(isReadableFile),
};

export const WRITABLE_PATH: Format<string> = {
  expected: 'the path of a file in a folder that exists and may be written',
  schema: z.string().refine((path) => isAccessible(dirname(path), constants.W_OK)),
};

/** @returns the format of a whole number between both bounds */
export function integer(min: number, max: number): Format<number> {
  return {
    expected: `an integer from ${min} to ${max}`,
    schema: z
      .string()
      .regex(/^\d{1,16}$/)
      .transform(Number)
      .pipe(z.number().min(min).max(max)),
  };
}

/** @returns the format of a decimal number between both bounds */
export function decimal(min: number, max: number): Format<number> {
  return {
    expected: `a number from ${min} to ${max}`,
    schema: z
      .string()
      .regex(/^\d{1,16}(\.\d+)?$/)
      .transform(Number)
      .pipe(z.number().min(min).max(max)),
  };
}

/** @returns the format of one of a few words */
export function oneOf<const W extends readonly [string, ...string[]]>(words: W): Format<W[number]> {
  return {
    expected: words
      .map((word) => `\`${word}\``)
      .join(', ')
      .replace(/, (?=[^,]*$)/, ' or '),
    schema: z.enum(words),
  };
}

export type Compression = 'none' | 'gzip' | 'snappy' | 'lz4' | 'zstd';

/** @param canWriteZstd whether this Node has zstd in node:zlib (22.15 and later) */
export function compression(
  canWriteZstd = typeof (zlib as Partial<typeof zlib>).zstdCompress === 'function',
): Format<Compression> {
  const { expected, schema } = oneOf(['none', 'gzip', 'snappy', 'lz4', 'zstd']);
  return {
    expected,
    schema: schema.refine((codec) => codec !== 'zstd' || canWriteZstd, {
      error: '`zstd` needs Node 22.15 or later',
    }),
  };
}

export function isReadableFile(path: string): boolean {
  return isAccessible(path, constants.R_OK) && statSync(path).isFile();
}

function isAccessible(path: string, mode: number): boolean {
  try {
    accessSync(path, mode);
    return true;
  } catch {
    return false;
  }
}

function isPlainHttpUrl(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const { protocol, username, password, search, hash } = new URL(text);
  return /^https?:$/.test(protocol) && username + password + search + hash === '';
}

/** @returns the format of a comma-separated list; blanks around its entries mean nothing */
export function list(entry: z.ZodType<string, string>): z.ZodType<readonly string[], string> {
  return z
    .string()
    .transform((text) => text.split(',').map((part) => part.trim()))
    .pipe(z.array(entry));
}

function isSafeEndpoint(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const { protocol, hostname } = new URL(text);
  const isLocal = ['localhost', '127.0.0.1', '[::1]'].includes(hostname);
  return protocol === 'https:' || (protocol === 'http:' && isLocal);
}

function isAddressOrNetwork(text: string): boolean {
  const [, address = '', prefix = '0'] = /^([\da-f.:]+)(?:\/(\d{1,3}))?$/i.exec(text) ?? [];
  return Number(prefix) <= (PREFIX_BITS[isIP(address)] ?? -1);
}

function hasPort(address: string): boolean {
  const port = Number(address.slice(address.indexOf(':') + 1));
  return port >= 1 && port <= 65_535;
}
