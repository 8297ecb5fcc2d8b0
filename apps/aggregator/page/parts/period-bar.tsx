import type { ComponentChildren, JSX } from 'preact';
import { ALL_TIME, dayAfter, dayOf, isDay, LASTS, periodName, utcDay } from '../period.ts';
import type { Period } from '../period.ts';

/** What there is room for, a part of the name that says it in full. */
const SHORT = { '1h': 'Hour', '24h': '24 hours', '7d': '7 days', '30d': '30 days' } as const;

/** The period to choose, which all cards follow. */
export function PeriodBar(props: {
  period: Period;
  choose: (period: Period) => void;
  nowMs: number;
  /** Beside it: what it comes to. */
  children: ComponentChildren;
}): JSX.Element {
  const { period, choose, nowMs, children } = props;
  const day = dayOf(period);
  const today = utcDay(nowMs);
  const options: readonly (readonly [Period, string, string])[] = [
    [ALL_TIME, 'All time', periodName(ALL_TIME)],
    ...LASTS.map((last) => {
      const each = `last=${last}` as const;
      return [each, SHORT[last], periodName(each)] as const;
    }),
    [`day=${day ?? today}`, 'Day', 'A day'],
  ];
  return (
    <div class="period">
      <div class="choice" role="radiogroup" aria-label="Period">
        {options.map(([each, text, name]) => (
          <label key={text}>
            <input
              type="radio"
              name="period"
              aria-label={name}
              checked={each === period}
              onChange={() => {
                choose(each);
              }}
            />
            <span aria-hidden="true">{text}</span>
          </label>
        ))}
      </div>
      {day !== undefined && <DayChoice day={day} today={today} choose={choose} />}
      {children}
    </div>
  );
}

function DayChoice(props: {
  day: string;
  today: string;
  choose: (period: Period) => void;
}): JSX.Element {
  const { day, today, choose } = props;
  return (
    <div class="day" role="group" aria-label="Day, UTC">
      <Step
        label="The day before"
        path="M10 3 5 8l5 5"
        onClick={() => {
          choose(`day=${dayAfter(day, -1)}`);
        }}
      />
      <input
        type="date"
        aria-label="Day, UTC"
        value={day}
        max={today}
        required
        onChange={({ currentTarget: { value } }) => {
          if (isDay(value) && value <= today) choose(`day=${value}`);
        }}
      />
      <Step
        label="The day after"
        path="m6 3 5 5-5 5"
        isLast={day >= today}
        onClick={() => {
          choose(`day=${dayAfter(day, 1)}`);
        }}
      />
    </div>
  );
}

function Step(props: {
  label: string;
  path: string;
  /** Whether there is nowhere to go. */
  isLast?: boolean;
  onClick: () => void;
}): JSX.Element {
  const { label, path, isLast = false, onClick } = props;
  return (
    <button
      type="button"
      aria-label={label}
      title={label}
      aria-disabled={isLast}
      onClick={isLast ? undefined : onClick}
    >
      <svg viewBox="0 0 16 16" width="14" height="14" aria-hidden="true">
        <path d={path} />
      </svg>
    </button>
  );
}
