import type { Logger } from '@login-pipeline/observability';
import type { LogEntry, logCreator } from 'kafkajs';
import { BEGUN, ENDED_HERE, REACHED } from './broker-connect-fix.ts';
import { logLevel } from './kafkajs.ts';

/**
 * What kafkajs reports as an error or a warning although it is everyday life in a group: a rebalance, a
 * coordinator that is still being found, a member that has to ask for its id.
 */
const EVERYDAY = [
  /rebalanc/i,
  /coordinator is (?:not available|loading)/i,
  /is not the (?:correct )?coordinator/i,
  /not aware of this member/i,
  /member (?:id|needs)/i,
  /ongoing transaction|concurrent/i,
  // It is bounded on purpose: past the bound a new process takes over.
  /Limiting retries for the idempotent producer/,
  /There is no leader for this topic-partition/i,
  new RegExp(ENDED_HERE),
  // Of a connection that is being set up, again and again: what comes of it is logged once.
  /^Connection (?:timeout|error: (?:connect|getaddrinfo) )/,
  /^Failed to connect to seed broker/,
];

/** Addresses of brokers, of whichever client, that could not be reached: logged once until one connection succeeds. */
const unreached = new Set<string>();
/** When an attempt last succeeded, by address, ms on the monotonic clock. */
const lastReachedMs = new Map<string, number>();

/**
 * Passes kafkajs' log on, one level lower: a client cannot know what an error means to the service, and
 * whoever handles the error says so. Of an entry only the client's own fields are kept.
 *
 * @param loudest the level of what kafkajs calls errors and warnings
 */
export function clientLog(logger: Logger, loudest: 'warn' | 'debug'): logCreator {
  const client = logger.child({ component: 'kafkajs' });
  return () =>
    ({ namespace, level, log }: LogEntry) => {
      const fields = { namespace, ...pick(log) };
      const reached: unknown = log[REACHED];
      if (typeof reached === 'boolean') {
        const attempt = { reached, broker: String(log['broker']), begunMs: Number(log[BEGUN]) };
        client[outage(attempt, loudest)](fields, log.message);
        return;
      }
      const everyday = EVERYDAY.some((pattern) =>
        pattern.test(`${log.message} ${String(log['error'] ?? '')}`),
      );
      if (level <= logLevel.WARN && !everyday) client[loudest](fields, log.message);
      else client.debug(fields, log.message);
    };
}

/** A connection's setup that has ended. */
interface Attempt {
  readonly reached: boolean;
  readonly broker: string;
  readonly begunMs: number;
}

/** @returns the level at which the end of an attempt is logged */
function outage(
  { reached, broker, begunMs }: Attempt,
  loudest: 'warn' | 'debug',
): 'info' | 'warn' | 'debug' {
  // Where one error ends it all, nothing begins that would have to end.
  if (loudest === 'debug') return 'debug';
  if (reached) {
    lastReachedMs.set(broker, performance.now());
    return unreached.delete(broker) ? 'info' : 'debug';
  }
  // One that began before another succeeded says nothing new.
  if (unreached.has(broker) || begunMs < (lastReachedMs.get(broker) ?? 0)) return 'debug';
  unreached.add(broker);
  return 'warn';
}

const FIELDS = [
  'broker',
  'clientId',
  'groupId',
  'memberId',
  'topic',
  'partition',
  'error',
] as const;

function pick(log: LogEntry['log']): Record<string, string | number> {
  const picked: Record<string, string | number> = {};
  for (const name of FIELDS) {
    const value: unknown = log[name];
    if (typeof value === 'string' || typeof value === 'number') picked[name] = value;
    else if (value instanceof Error) picked[name] = value.message;
  }
  return picked;
}
