import type { JSX } from 'preact';
import type { Span } from '../api.ts';
import { changeOf, isUnderway } from '../change.ts';
import { compact, whole } from '../format.ts';

const ARROWS = { up: '▲', down: '▼', same: '=' } as const;

/** How a number stands to that of the period before. */
export function Change(props: {
  now: number;
  before: number;
  /** In which the number is counted. */
  span: Span;
  nowMs: number;
}): JSX.Element | null {
  const { now, before, span, nowMs } = props;
  const change = changeOf(now, before);
  if (change === undefined) return null;
  const { direction, text } = change;
  const sofar = isUnderway(span, nowMs);
  const words = direction === 'same' ? 'the same as' : `${direction} ${text} from`;
  return (
    <p class="change" data-direction={sofar ? 'same' : direction}>
      <span aria-hidden="true">
        <b>
          {ARROWS[direction]} {text}
        </b>
        {sofar && ' so far'} from {before < 10_000 ? whole(before) : compact(before)}
      </span>
      <span class="unseen">
        {words} {whole(before)} in the period before{sofar && ', while this one is not over'}
      </span>
    </p>
  );
}
