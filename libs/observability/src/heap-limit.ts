import { getHeapStatistics } from 'node:v8';

const MIB = 1024 * 1024;
/** V8 reserves three semi-spaces for young objects (Heap::YoungGenerationSizeFromSemiSpaceSize). */
const SEMI_SPACES = 3;
/** V8's own default: 16 MiB each up to Node 23, 64 MiB after that. */
const DEFAULT_SEMI_SPACE_MIB = Number(process.versions.node.split('.')[0]) >= 24 ? 64 : 16;

/**
 * @returns what old objects may take before the process runs out of memory, in bytes; Node tells only the sum with the
 * room for young ones, which may be as large again
 */
export function heapLimit(): number {
  const sizes = startOptions().map((it) => /^--max[-_]semi[-_]space[-_]size=(\d+)$/.exec(it)?.[1]);
  const semiSpace = Number(sizes.findLast((it) => it !== undefined) ?? DEFAULT_SEMI_SPACE_MIB);
  // V8 rounds up to a power of two.
  const reserved = SEMI_SPACES * 2 ** Math.ceil(Math.log2(semiSpace)) * MIB;
  return getHeapStatistics().heap_size_limit - reserved;
}

/** @returns the options that Node was started with: those of the environment, then the command line's, which win */
function startOptions(): readonly string[] {
  return [...(process.env['NODE_OPTIONS'] ?? '').split(/\s+/), ...process.execArgv];
}
