import { setTimeout as sleep } from 'node:timers/promises';
import type { Fault, Frame, Verdict } from './fault-proxy.ts';
import type { Api } from './kafka-frames.ts';
import type { SeededRandom } from '../seeded-random.ts';

/** What goes to the coordinators of groups and transactions. */
const COORDINATOR_APIS: ReadonlySet<Api> = new Set([
  'FindCoordinator',
  'JoinGroup',
  'SyncGroup',
  'Heartbeat',
  'LeaveGroup',
  'OffsetFetch',
  'OffsetCommit',
  'InitProducerId',
  'AddPartitionsToTxn',
  'AddOffsetsToTxn',
  'TxnOffsetCommit',
  'EndTxn',
  'DescribeTransactions',
]);

/** Every request takes so much longer. */
export function latency(milliseconds: number): Fault {
  return async ({ direction }): Promise<Verdict> => {
    if (direction === 'request') await sleep(milliseconds);
    return 'pass';
  };
}

/** So many percent of the requests end its connection instead. */
export function resets(percent: number, random: SeededRandom): Fault {
  return ({ direction }) =>
    direction === 'request' && random.below(100) < percent ? 'reset' : 'pass';
}

/** Connections stay open and nothing comes through any more. */
export const halfOpen: Fault = () => 'swallow';

/** Only the coordinators cannot be reached. */
export const withoutCoordinators: Fault = ({ api }) =>
  COORDINATOR_APIS.has(api) ? 'swallow' : 'pass';

/**
 * So many percent of EndTxn's requests, or of its responses, are lost with their connections. From the client's side
 * both look the same: the first was never done, the second was.
 */
export function lostEndTxn(what: Frame['direction'], percent: number, random: SeededRandom): Fault {
  return ({ direction, api }) =>
    direction === what && api === 'EndTxn' && random.below(100) < percent ? 'reset' : 'pass';
}

/** Limits a fault to the frames that fit. */
export function only(fits: (frame: Frame) => boolean, fault: Fault): Fault {
  return (frame) => (fits(frame) ? fault(frame) : 'pass');
}
