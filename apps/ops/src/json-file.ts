import { readFileSync } from 'node:fs';
import { EXIT, Failure } from '@login-pipeline/command';
import type { z } from 'zod';

/**
 * @param option that names the file, such as `--acls`
 * @returns what the file holds
 * @throws {Failure} that names option and file, and every wrong entry
 */
export function readJsonFile<Content>(
  option: string,
  path: string,
  schema: z.ZodType<Content>,
): Content {
  const content = schema.safeParse(jsonIn(option, path));
  if (content.success) return content.data;
  const faults = content.error.issues.map(
    ({ path: place, message }) => `  entry ${place.join(', ')}: ${message}`,
  );
  throw new Failure([`${option}: ${path} cannot be used:`, ...faults].join('\n'), EXIT.config);
}

function jsonIn(option: string, path: string): unknown {
  try {
    return JSON.parse(readFileSync(path, 'utf8'));
  } catch (error) {
    const cause = error instanceof Error ? error.message : String(error);
    throw new Failure(`${option}: ${path} cannot be read: ${cause}`, EXIT.config);
  }
}
