import type { JSX } from 'preact';
import type { Insights } from '../api.ts';
import { momentText, spanText } from '../period-line.ts';
import type { SpanText } from '../period-line.ts';
import { dayOf, periodName } from '../period.ts';
import type { Period } from '../period.ts';

/** From when to when the numbers are, in UTC and in the visitor's time, and what they lack. */
export function PeriodLine(props: {
  insights: Insights;
  /** Of the insights; another one may be chosen already. */
  period: Period;
  nowMs: number;
}): JSX.Element | null {
  const { insights, period, nowMs } = props;
  const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
  const asked = insights.period;
  const { time } = insights.asOf;
  if (asked === undefined && time === null) return null;
  return (
    <div class="line">
      <p>
        {/* Announced when the numbers are there, not whenever the clock moves on. */}
        <strong role="status" class={dayOf(period) === undefined ? undefined : 'unseen'}>
          {periodName(period)}
        </strong>
        {asked !== undefined && <Words text={spanText(asked, nowMs, zone)} zone={zone} />}
        {asked === undefined && time !== null && (
          <>
            {' '}
            up to <Words text={momentText(Date.parse(time), zone)} zone={zone} />
          </>
        )}
      </p>
      {asked?.complete === false && (
        <p class="lacking">
          This period begins before what is kept: what is older is missing from its numbers.
        </p>
      )}
    </div>
  );
}

function Words(props: { text: SpanText; zone: string }): JSX.Element {
  const { text, zone } = props;
  const { utc, local } = text;
  return (
    <>
      {' '}
      <span class="span">{utc} UTC</span>{' '}
      <span class="local">
        {local === undefined
          ? 'which is your time, too'
          : `${local} in your time, ${zone.replaceAll('_', ' ')}`}
      </span>
    </>
  );
}
