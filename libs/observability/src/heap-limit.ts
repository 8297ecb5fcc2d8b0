import { getHeapStatistics } from 'node:v8';

const MIB = 1024 * 1024;
/** V8 reserves three semi-spaces for young objects (Heap::YoungGenerationSizeFromSemiSpaceSize). */
const SEMI_SPACES = 3;
/** V8's own default: 16 MiB each up to Node 23, 64 MiB after that. */
const DEFAULT_SEMI_SPACE_MIB = Number(process.versions.node.split('.')[0]) >= 24 ? 64 : 16;

/**
 * @param args the options that Node was started with
 * @returns what old objects may take before the process runs out of memory, in bytes; Node tells only the sum with the
 * room for young ones, which may be as large again
 */
export function heapLimit(args: readonly string[] = process.execArgv): number {
  const flag = args.map((arg) => /^--max[-_]semi[-_]space[-_]size=(\d+)$/.exec(arg)?.[1]);
  const semiSpace = Number(flag.findLast((it) => it !== undefined) ?? DEFAULT_SEMI_SPACE_MIB);
  return getHeapStatistics().heap_size_limit - SEMI_SPACES * semiSpace * MIB;
}
