import { openSockets } from '../client/client-sockets.ts';
import type { Membership } from './membership.ts';
import type { PartitionWatch } from './partition-watch.ts';

/** What a batch is, while it is being processed. */
export interface InFlight {
  readonly from: bigint;
  readonly records: number;
  /** Epoch milliseconds. */
  readonly since: number;
}

/** @returns all that tells why nothing moves: states, offsets, times and counts, nothing of what records hold */
export function diagnose(
  membership: Membership,
  watch: PartitionWatch,
  inFlight: ReadonlyMap<number, InFlight>,
): Readonly<Record<string, unknown>> {
  const now = Date.now();
  return {
    membership: membership.describe(now),
    partitions: watch.describe(now),
    inFlight: [...inFlight].map(([partition, { from, records, since }]) => ({
      partition,
      from: String(from),
      records,
      forMs: now - since,
    })),
    sockets: openSockets(now),
    process: describeProcess(),
  };
}

/** @returns for how long the process runs, what it takes, and what keeps it alive */
export function describeProcess(): Readonly<Record<string, unknown>> {
  return {
    uptimeSeconds: Math.round(process.uptime()),
    memory: process.memoryUsage(),
    resources: countOf(process.getActiveResourcesInfo()),
  };
}

function countOf(names: readonly string[]): Readonly<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (const name of names) counts[name] = (counts[name] ?? 0) + 1;
  return counts;
}
