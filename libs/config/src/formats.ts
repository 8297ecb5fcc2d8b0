import { accessSync, constants, statSync } from 'node:fs';
import { dirname } from 'node:path';
import * as z from 'zod';
import type { Format } from './setting.ts';

/** Any text but the empty one (an empty variable counts as not set). */
export const TEXT: Format<string> = { expected: 'text', schema: z.string().min(1) };

/** Gives the current text of a secret: of one in a file, what the file holds now. Throws when that cannot be read. */
export type Secret = () => string;

export const SECRET: Format<Secret> = {
  expected: TEXT.expected,
  schema: TEXT.schema.transform((text) => () => text),
};

export const BOOLEAN: Format<boolean> = {
  expected: '`true` or `false`',
  schema: z.enum(['true', 'false']).transform((text) => text === 'true'),
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

/** @returns the format of a comma-separated list; blanks around its entries mean nothing */
export function list(entry: z.ZodType<string, string>): z.ZodType<readonly string[], string> {
  return z
    .string()
    .transform((text) => text.split(',').map((part) => part.trim()))
    .pipe(z.array(entry));
}
