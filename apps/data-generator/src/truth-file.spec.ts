import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { TruthFileError, writeTruthFile } from './truth-file.ts';
import { Truth } from './truth.ts';

describe('writeTruthFile', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'truth-'));
  });
  afterEach(() => rm(folder, { recursive: true }));

  it('replaces the report and leaves nothing beside it', async () => {
    const path = join(folder, 'truth.json');
    await writeTruthFile(path, new Truth(1).report(false));
    await writeTruthFile(path, new Truth(2).report(true));
    expect(JSON.parse(await readFile(path, 'utf8'))).toMatchObject({ seed: 2, finished: true });
    expect(await readdir(folder)).toEqual(['truth.json']);
  });

  it('names the setting and the fix, not the path, when the folder is missing', async () => {
    const path = join(folder, 'missing', 'truth.json');
    const failure = writeTruthFile(path, new Truth(1).report(false));
    await expect(failure).rejects.toThrow(TruthFileError);
    await expect(failure).rejects.toThrow(
      'TRUTH_FILE cannot be written (ENOENT): name a file in an existing, writable folder.',
    );
    await expect(failure).rejects.toMatchObject({
      fault: 'settings',
      code: 'TRUTH_FILE_UNWRITABLE',
    });
  });
});
