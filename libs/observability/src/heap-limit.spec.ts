import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';

const MODULE = join(import.meta.dirname, 'heap-limit.ts');
const PRINT = `import { heapLimit } from ${JSON.stringify(MODULE)}; process.stdout.write(String(heapLimit()));`;

function printedMib(args: readonly string[], nodeOptions = ''): number {
  const all = [...args, '--input-type=module', '--eval', PRINT];
  const env = { NODE_OPTIONS: nodeOptions };
  return Number(execFileSync(process.execPath, all, { encoding: 'utf8', env })) / 1024 / 1024;
}

describe('heapLimit', () => {
  it.each([
    [['--max-old-space-size=256']],
    [['--max-old-space-size=256', '--max-semi-space-size=32']],
    [['--max-semi-space-size=8', '--max-old-space-size=256']],
    [['--max-semi-space-size=12', '--max-old-space-size=256']],
  ])('is the size of the old generation, with %j', (options) => {
    expect(printedMib(options)).toBe(256);
    expect(printedMib([], options.join(' '))).toBe(256);
  });

  it('goes by the command line where the environment says something else', () => {
    expect(
      printedMib(['--max-semi-space-size=16'], '--max-semi-space-size=64 --max-old-space-size=256'),
    ).toBe(256);
  });
});
