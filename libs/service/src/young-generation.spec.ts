import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';

const MODULE = join(import.meta.dirname, 'young-generation.ts');
const MIB = 1024 * 1024;

/** Makes garbage of which much lives for a while, as records do: V8 lets the space for young objects grow. */
const SCRIPT = `
  import { getHeapSpaceStatistics } from 'node:v8';
  const size = () => getHeapSpaceStatistics().find((it) => it.space_name === 'new_space').space_size;
  let greatest = 0;
  const alive = [];
  for (let turn = 0; turn < 300; turn += 1) {
    alive[turn % 20] = Array.from({ length: 20_000 }, (_, index) => ({ index, turn }));
    await new Promise((resolve) => setImmediate(resolve));
    greatest = Math.max(greatest, size());
  }
  process.stdout.write(String(greatest));
`;

function greatestYoungBytes(script: string): number {
  const args = ['--input-type=module', '--max-semi-space-size=64', '--eval', script];
  return Number(execFileSync(process.execPath, args, { encoding: 'utf8', env: {} }));
}

describe('boundYoungGeneration', () => {
  it('lets the space for young objects grow to two halves of 12 MiB, and hardly further', () => {
    const begin = `import { boundYoungGeneration } from ${JSON.stringify(MODULE)}; boundYoungGeneration();`;
    const bounded = greatestYoungBytes(begin + SCRIPT);
    expect(bounded).toBeGreaterThan(2 * 8 * MIB);
    expect(bounded).toBeLessThan(2 * 24 * MIB);
    expect(greatestYoungBytes(SCRIPT)).toBeGreaterThanOrEqual(2 * 32 * MIB);
  });
});
