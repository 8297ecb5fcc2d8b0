import { pairedRatio } from '../statistics.ts';
import type { Summary } from '../statistics.ts';
import type { Loop } from './hot-path.ts';

/** Until the compiler has settled. */
const WARM_UP_ROUNDS = 10;
const ROUNDS = 31;

/**
 * Runs two loops in turns and relates their processor time, which other programs on the machine hardly change.
 *
 * @returns `loop / reference`, round by round
 */
export function compareLoops(loop: Loop, reference: Loop): Summary {
  for (let round = 0; round < WARM_UP_ROUNDS; round += 1) {
    loop.run();
    reference.run();
  }
  const rounds = Array.from({ length: ROUNDS }, () => [cpuUs(reference), cpuUs(loop)] as const);
  const ratio = pairedRatio(
    rounds.map(([, measured]) => measured),
    rounds.map(([base]) => base),
  );
  if (ratio === undefined) throw new RangeError('no rounds were run');
  return ratio;
}

function cpuUs({ run }: Loop): number {
  const before = process.cpuUsage();
  run();
  const { user, system } = process.cpuUsage(before);
  return user + system;
}
