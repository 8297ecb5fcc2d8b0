/**
 * Fails when the services' pure code, without broker and network, has become slower per record: `node
 * apps/bench/src/guard.ts`. What is bounded is the ratio to a reference loop in the same run, never a time, so the
 * bound holds on slow, fast and busy machines alike.
 */
import { compareLoops } from './guard/compare.ts';
import { aggregatorLoop, referenceLoop, transformerLoop } from './guard/hot-path.ts';

/** Over what the median varies on a busy machine, and below the cost of parsing each record, which is one. */
const BOUNDS = { transformer: 1.4, aggregator: 2.5 };

const checks = [
  [await transformerLoop(), referenceLoop('logins'), BOUNDS.transformer],
  [await aggregatorLoop(), referenceLoop('processed'), BOUNDS.aggregator],
] as const;

for (const [loop, reference, bound] of checks) {
  const { min, median, max } = compareLoops(loop, reference);
  const verdict = median <= bound ? 'ok' : 'TOO SLOW';
  if (median > bound) process.exitCode = 1;
  console.log(
    `${verdict}: ${loop.name} takes ${median.toFixed(2)} (${min.toFixed(2)} to ${max.toFixed(2)}) times the CPU of ${reference.name}; bound ${bound}`,
  );
}
