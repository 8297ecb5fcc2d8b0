import type { Cluster } from '../cluster/cluster.ts';
import type { Member } from '../group/member.ts';

/** A generation that has begun is known to its members within some round trips. */
const PAUSE_MS = 10;
const CHECKS = 100;

/**
 * Waits until the member knows the generation that has begun, or that it is out.
 *
 * @param generation the one that is over
 */
export async function nextGeneration(
  generation: number,
  {
    member,
    cluster,
    isOver,
  }: { readonly member: Member; readonly cluster: Cluster; readonly isOver: () => boolean },
): Promise<void> {
  for (let check = 0; check < CHECKS; check += 1) {
    if (isOver() || member.identity.generation !== generation) return;
    await cluster.pause(PAUSE_MS);
  }
}
