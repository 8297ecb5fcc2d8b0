import type { ComponentChildren, JSX } from 'preact';
import type { Insights } from '../api.ts';
import type { Freshness } from '../connection.ts';
import { compact, duration, percent, rate, whole } from '../format.ts';
import type { LiveNow } from '../use-live.ts';
import { Sparkline } from './sparkline.tsx';

/** The sparkline fills up in so many seconds, and moves on then. */
const SPARK_SECONDS = 30;

/** The few numbers that are read from across the room. */
export function Headline(props: {
  live: LiveNow;
  insights: Insights;
  state: Freshness;
}): JSX.Element {
  const { live, insights, state } = props;
  const { rates, flow, nowMs } = live;
  // A server that went silent looks like one without logins.
  const perSecond = state === 'live' ? rates.at(-1) : undefined;
  const highest = Math.max(...rates.map((each) => each ?? 0));
  const { estimate, relativeError } = insights.distinctUsers;
  const { time } = insights.asOf;
  const age = time === null ? undefined : nowMs - Date.parse(time);
  return (
    <section class="headline" aria-label="Now">
      <Figure name="total" label="Logins" value={whole(insights.total)}>
        {age === undefined ? 'no record yet' : `newest record ${duration(age)} ago`}
      </Figure>
      <Figure
        name="rate"
        label="Logins per second"
        value={perSecond === undefined ? '–' : rate(perSecond)}
      >
        <Sparkline values={rates} slots={Math.max(rates.length, SPARK_SECONDS)} max={highest} />
        average of 10 s
      </Figure>
      <Figure
        name="users"
        label="Distinct users"
        value={estimate < 10_000 ? whole(estimate) : compact(estimate)}
      >
        {`±${percent(relativeError)} · ${(insights.total / Math.max(estimate, 1)).toFixed(1)} logins each`}
      </Figure>
      <Figure
        name="lag"
        label="Transformer lag"
        value={flow?.available === true ? whole(flow.lag) : '–'}
      >
        {flow?.available === true ? 'raw logins that wait' : 'not known'}
      </Figure>
    </section>
  );
}

function Figure(props: {
  name: string;
  label: string;
  value: string;
  children: ComponentChildren;
}): JSX.Element {
  const { name, label, value, children } = props;
  return (
    <div class={`figure ${name}`}>
      <h2>{label}</h2>
      <p class="value" data-figure={name}>
        {value}
      </p>
      <div class="note">{children}</div>
    </div>
  );
}
