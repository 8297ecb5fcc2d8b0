import { GROUP_TIMEOUTS } from '@login-pipeline/streams';
import type { FoldEngine } from '@login-pipeline/streams';

/** @returns why an engine's member does not consume, or undefined when it may */
export function memberNotReady({
  state,
  provenAt,
}: Pick<FoldEngine['member'], 'state' | 'provenAt'>): string | undefined {
  if (state === 'joining' || state === 'left') return 'not a member of the consumer group';
  const unprovenMs = Date.now() - provenAt;
  if (state === 'member' && unprovenMs > GROUP_TIMEOUTS.sessionMs) {
    return `no coordinator has counted the member in for ${Math.round(unprovenMs / 1_000)} s`;
  }
  return undefined;
}

/** @param waiting by partition, what it waits for @returns what any partition waits for, or undefined when none does */
export function partitionsNotReady(waiting: ReadonlyMap<number, string>): string | undefined {
  const reasons = [...new Set(waiting.values())];
  return reasons.length === 0 ? undefined : reasons.join('; ');
}
