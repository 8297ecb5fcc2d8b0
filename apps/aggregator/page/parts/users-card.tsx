import type { JSX } from 'preact';
import { useMemo } from 'preact/hooks';
import type { Estimate } from '../api.ts';
import type { PeriodQuestion } from '../asking.ts';
import { compact, dayText, percent, whole } from '../format.ts';
import { utcDay } from '../period.ts';
import { sinceText } from '../since.ts';
import { userSeries } from '../user-days.ts';
import type { Users } from '../user-days.ts';
import { Card } from './card.tsx';
import { Chart } from './chart.tsx';
import type { CardProps, PageCard } from './page-card.ts';

const QUESTION: PeriodQuestion = {
  route: 'insights/users',
  soonMs: () => 15_000,
  everyMs: 60_000,
};

/** Estimates of how many users there are: of the period, of now, and by day. */
export const USERS: PageCard<Users> = { question: QUESTION, Card: UsersCard };

function UsersCard({ asked, nowMs }: CardProps<Users>): JSX.Element {
  const { answer: users, isOld } = asked;
  return (
    <Card
      id="users"
      title="Users"
      aside="estimates, by UTC day"
      csv={QUESTION}
      isOld={isOld}
      since={sinceText(users?.since, users?.period?.from)}
    >
      {users === undefined ? (
        <p class="hint">Not known yet.</p>
      ) : (
        <>
          <dl class="strip">
            <Item
              name={users.period === undefined ? 'All time' : 'Period'}
              of={users.distinctUsers}
            />
            <Item name="Today" of={users.active.day} />
            <Item name="7 days" of={users.active.week} />
            <Item name="30 days" of={users.active.month} />
          </dl>
          <Days users={users} today={utcDay(nowMs)} />
        </>
      )}
    </Card>
  );
}

function Item({ name, of }: { name: string; of: Estimate }): JSX.Element {
  return (
    <div>
      <dt>{name}</dt>
      <dd>
        {of.estimate < 10_000 ? whole(of.estimate) : compact(of.estimate)}{' '}
        <span class="name">±{percent(of.relativeError)}</span>
      </dd>
    </div>
  );
}

function Days({ users, today }: { users: Users; today: string }): JSX.Element {
  const { days } = users;
  const series = useMemo(() => userSeries(days, Date.parse(today)), [days, today]);
  const returning = days.some((day) => day.returning !== undefined);
  const describe = (timeMs: number): string => {
    const day = days.find((each) => each.day === utcDay(timeMs));
    if (day === undefined) return `${dayText(timeMs)}: no users`;
    const again =
      day.returning === undefined
        ? ''
        : `, ${whole(day.returning.estimate)} ±${whole(day.returning.standardError)} returning`;
    return `${dayText(timeMs)}: ${whole(day.estimate)} users ±${percent(day.relativeError)}${again}`;
  };
  return (
    <>
      {series.units.length > 1 && (
        <Chart series={series} label="Users of a day" describe={({ timeMs }) => describe(timeMs)} />
      )}
      {series.units.length === 1 && <p>{describe(series.units[0]?.timeMs ?? 0)}</p>}
      <p class="hint">
        {returning && (
          <>
            <i class="key-parts" /> Returning: were here in the 7 days before, too
            {days.every((day) => day.returning !== undefined) ? '.' : '; known of newer days.'}{' '}
          </>
        )}
        ± is the standard error. The 7 and 30 days end today.
      </p>
    </>
  );
}
