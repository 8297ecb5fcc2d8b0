import { accessSync, constants, statSync } from 'node:fs';
import { dirname } from 'node:path';
import zlib from 'node:zlib';
import semver from 'semver';
import { z } from 'zod';
import type { Format } from './setting.ts';

/** Any text but the empty one (an empty variable counts as not set). */
export const TEXT: Format<string> = { expected: 'text', schema: z.string().min(1) };

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

export const APP_VERSIONS: Format<readonly string[]> = {
  expected:
    'a comma-separated list of versions, semver ranges (`2.x`, `^2.1`, `>=2.0.0 <3`) or `*` for all',
  schema: list(z.string().min(1).refine(isVersionOrRange)),
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

function list(entry: z.ZodType<string, string>): z.ZodType<readonly string[], string> {
  return z
    .string()
    .transform((text) => text.split(',').map((part) => part.trim()))
    .pipe(z.array(entry));
}

function hasPort(address: string): boolean {
  const port = Number(address.slice(address.indexOf(':') + 1));
  return port >= 1 && port <= 65_535;
}

/** What only a range can mean must be one: compared literally, a mistyped range would match nothing. */
function isVersionOrRange(entry: string): boolean {
  return !/^[<>=^~]|\|\|/.test(entry) || semver.validRange(entry) !== null;
}
