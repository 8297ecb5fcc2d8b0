import { rename, writeFile } from 'node:fs/promises';
import { ERROR_CODES } from './errors.ts';
import type { TruthReport } from './truth.ts';

/** TRUTH_FILE cannot be written: the operator's matter, logged without a stack trace. */
export class TruthFileError extends Error {
  readonly code = 'TRUTH_FILE_UNWRITABLE';
  readonly fault = ERROR_CODES[this.code];

  constructor(cause: NodeJS.ErrnoException) {
    super(
      `TRUTH_FILE cannot be written (${cause.code ?? cause.name}): name a file in an existing, writable folder.`,
      { cause },
    );
    this.name = 'TruthFileError';
  }
}

/**
 * Replaces the file as a whole: a reader, also one after a kill, finds the report before or the one
 * after, never a part.
 *
 * @throws TruthFileError
 */
export async function writeTruthFile(path: string, report: TruthReport): Promise<void> {
  const beside = `${path}.tmp`;
  try {
    await writeFile(beside, `${JSON.stringify(report, null, 2)}\n`);
    await rename(beside, path);
  } catch (error) {
    throw new TruthFileError(error as NodeJS.ErrnoException);
  }
}
