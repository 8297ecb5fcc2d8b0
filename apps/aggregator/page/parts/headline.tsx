import type { ComponentChildren, JSX } from 'preact';
import type { Insights } from '../api.ts';
import { spanOfDays } from '../change.ts';
import type { Freshness } from '../connection.ts';
import { compact, dayText, duration, percent, rate, whole } from '../format.ts';
import { dayOf } from '../period.ts';
import type { LiveNow } from '../use-live.ts';
import { Change } from './change.tsx';
import { Sparkline } from './sparkline.tsx';

/** The sparkline fills up in so many seconds, and moves on then. */
const SPARK_SECONDS = 30;

/** The few numbers that are read from across the room: two of the period, two of now. */
export function Headline(props: {
  live: LiveNow;
  insights: Insights;
  state: Freshness;
  isOld: boolean;
}): JSX.Element {
  const { live, insights, state, isOld } = props;
  const { now, nowMs } = live;
  const { rates, flow } = now;
  // A server that went silent looks like one without logins.
  const perSecond = state === 'live' ? rates.at(-1) : undefined;
  const highest = Math.max(...rates.map((each) => each ?? 0));
  return (
    <section class="headline" aria-label="Overview">
      <Figure name="total" label="Logins" value={whole(insights.total)} isOld={isOld}>
        <LoginsNote insights={insights} nowMs={nowMs} isPast={dayOf(live.period) !== undefined} />
      </Figure>
      <Figure
        name="users"
        label="Distinct users"
        value={short(insights.distinctUsers.estimate)}
        isOld={isOld}
      >
        <UsersNote insights={insights} nowMs={nowMs} />
      </Figure>
      <Figure
        name="rate"
        label="Logins per second"
        isOfNow
        value={perSecond === undefined ? '–' : rate(perSecond)}
      >
        <Sparkline values={rates} slots={Math.max(rates.length, SPARK_SECONDS)} max={highest} />
        <p>average of 10 s</p>
      </Figure>
      <Figure
        name="lag"
        label="Transformer lag"
        isOfNow
        value={flow?.available === true ? whole(flow.lag) : '–'}
      >
        <p>{flow?.available === true ? 'raw logins that wait' : 'not known'}</p>
      </Figure>
    </section>
  );
}

function LoginsNote(props: { insights: Insights; nowMs: number; isPast: boolean }): JSX.Element {
  const { insights, nowMs, isPast } = props;
  const { period, previous, total, asOf } = insights;
  const age = asOf.time === null ? undefined : nowMs - Date.parse(asOf.time);
  return (
    <>
      {period !== undefined && previous?.complete === true && (
        <Change now={total} before={previous.total} span={period} nowMs={nowMs} />
      )}
      {!isPast && (
        <p>{age === undefined ? 'no record yet' : `newest record ${duration(age)} ago`}</p>
      )}
    </>
  );
}

function UsersNote({ insights, nowMs }: { insights: Insights; nowMs: number }): JSX.Element {
  const { period, previous, total, distinctUsers } = insights;
  const { estimate, relativeError } = distinctUsers;
  const days = period?.userDays;
  const before = previous?.complete === true ? previous.distinctUsers : undefined;
  const of =
    days === undefined
      ? `${(total / Math.max(estimate, 1)).toFixed(1)} logins each`
      : days.from === days.to
        ? `of ${dayText(Date.parse(days.from))}, UTC`
        : `of ${dayText(Date.parse(days.from))} – ${dayText(Date.parse(days.to))}, UTC`;
  return (
    <>
      {days !== undefined && before !== undefined && (
        <Change now={estimate} before={before.estimate} span={spanOfDays(days)} nowMs={nowMs} />
      )}
      <p>{`±${percent(relativeError)} · ${of}`}</p>
    </>
  );
}

function short(estimate: number): string {
  return estimate < 10_000 ? whole(estimate) : compact(estimate);
}

function Figure(props: {
  name: string;
  label: string;
  value: string;
  /** Whatever period is chosen. */
  isOfNow?: boolean;
  isOld?: boolean;
  children: ComponentChildren;
}): JSX.Element {
  const { name, label, value, isOfNow = false, isOld = false, children } = props;
  return (
    <div class={`figure ${name}`} aria-busy={isOld}>
      <h2>
        {label}
        {isOfNow && <span class="now">now</span>}
      </h2>
      <p class="value" data-figure={name}>
        {value}
      </p>
      <div class="note">{children}</div>
    </div>
  );
}
