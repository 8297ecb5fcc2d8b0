const OLD_SPACE_MIB = 160;
const LEAK_TO_MIB = 0.93 * OLD_SPACE_MIB;

/**
 * NODE_OPTIONS that make a healthy service a sick one: work that holds the event loop six sevenths
 * of the time, and a leak that stops just below the limit of the heap.
 */
export function sicknesses(): string {
  const code = `
    import { getHeapSpaceStatistics } from 'node:v8';
    const cell = new Int32Array(new SharedArrayBuffer(4));
    setInterval(() => Atomics.wait(cell, 0, 0, 600), 700).unref();
    const leaked = [];
    setInterval(() => {
      const spaces = getHeapSpaceStatistics().filter((it) => !it.space_name.startsWith('new'));
      const used = spaces.reduce((sum, it) => sum + it.space_used_size, 0);
      if (used < ${(LEAK_TO_MIB * 1024 * 1024).toFixed(0)}) leaked.push(new Array(400_000).fill(0.5));
    }, 30).unref();
  `;
  return `--max-old-space-size=${OLD_SPACE_MIB} --import data:text/javascript,${encodeURIComponent(code)}`;
}
