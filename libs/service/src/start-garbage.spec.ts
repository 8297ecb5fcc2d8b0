import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';

const MODULE = join(import.meta.dirname, 'start-garbage.ts');
const SCRIPT = `
  import { giveBackStartGarbage } from ${JSON.stringify(MODULE)};
  const kept = Array.from({ length: 400_000 }, (_, index) => ({ index }));
  kept.length = 1;
  const before = process.memoryUsage();
  giveBackStartGarbage();
  const after = process.memoryUsage();
  process.stdout.write(JSON.stringify({
    heap: after.heapTotal / before.heapTotal,
    resident: after.rss / before.rss,
    exposed: typeof globalThis.gc,
  }));
`;

describe('giveBackStartGarbage', () => {
  it('returns memory to the system, and leaves no way to collect garbage behind', () => {
    const args = ['--input-type=module', '--eval', SCRIPT];
    const printed = execFileSync(process.execPath, args, { encoding: 'utf8', env: {} });
    const { heap, resident, exposed } = JSON.parse(printed) as Record<string, unknown>;
    expect(heap).toBeLessThan(0.5);
    expect(resident).toBeLessThan(0.9);
    expect(exposed).toBe('undefined');
  });
});
