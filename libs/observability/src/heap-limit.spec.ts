import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';

const MODULE = join(import.meta.dirname, 'heap-limit.ts');
const PRINT = `import { heapLimit } from ${JSON.stringify(MODULE)}; process.stdout.write(String(heapLimit()));`;

describe('heapLimit', () => {
  it.each([
    [['--max-old-space-size=256']],
    [['--max-old-space-size=256', '--max-semi-space-size=32']],
    [['--max-semi-space-size=8', '--max-old-space-size=256']],
  ])('is the size of the old generation, with %j', (options) => {
    const args = [...options, '--input-type=module', '--eval', PRINT];
    const printed = execFileSync(process.execPath, args, { encoding: 'utf8', env: {} });
    expect(Number(printed) / 1024 / 1024).toBe(256);
  });
});
