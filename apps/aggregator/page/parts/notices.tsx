import type { JSX } from 'preact';
import type { Freshness } from '../connection.ts';
import { duration } from '../format.ts';

/** What the visitor must know before trusting the numbers. Nothing, most of the time. */
export function Notices(props: {
  state: Freshness;
  /** Of the numbers, ms. */
  ageMs: number;
  complete: boolean;
  /** What the server has against the period. */
  problem: string | undefined;
}): JSX.Element {
  const { state, ageMs, complete, problem } = props;
  return (
    <>
      {(state === 'stale' || state === 'reconnecting') && (
        <p class="notice" data-level={state === 'stale' ? 'bad' : 'warn'}>
          <strong>
            {state === 'stale' ? 'These numbers are old.' : 'The connection is lost.'}
          </strong>{' '}
          They are {duration(ageMs)} old; the page tries to connect again by itself.
        </p>
      )}
      {state === 'live' && problem !== undefined && (
        <p class="notice" data-level="bad">
          <strong>The server gives no newer numbers of this period.</strong> {problem}
        </p>
      )}
      {!complete && (
        <p class="notice" data-level="warn">
          <strong>These numbers are incomplete.</strong> Some partitions of the input are not read
          yet: right after a start that lasts seconds, later it means that a replica is missing.
        </p>
      )}
    </>
  );
}
