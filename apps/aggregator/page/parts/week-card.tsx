import type { JSX, TargetedKeyboardEvent } from 'preact';
import { useMemo, useState } from 'preact/hooks';
import type { PeriodQuestion } from '../asking.ts';
import { tenths, whole } from '../format.ts';
import { legendOf } from '../legend.ts';
import { MINUTE_MS } from '../series.ts';
import { sinceText } from '../since.ts';
import { besideOf, countedSpan, WEEKDAYS, weekOf } from '../week.ts';
import type { Week, WeekHour, WeekHours } from '../week.ts';
import { Card } from './card.tsx';
import type { CardProps, PageCard } from './page-card.ts';

const HOURS = Array.from({ length: 24 }, (_, hour) => hour);

const QUESTION: PeriodQuestion = {
  route: 'insights/week-hours',
  soonMs: () => 15_000,
  everyMs: 60_000,
};

/** Logins by weekday and hour. */
export const WEEK: PageCard<WeekHours> = { question: QUESTION, Card: WeekCard };

function WeekCard({ asked, nowMs }: CardProps<WeekHours>): JSX.Element {
  const { answer: weekHours, isOld } = asked;
  const minuteMs = Math.floor(nowMs / MINUTE_MS) * MINUTE_MS;
  const week = useMemo(
    () => weekHours && weekOf(weekHours.hours, countedSpan(weekHours, minuteMs)),
    [weekHours, minuteMs],
  );
  return (
    <Card
      id="week"
      title="Hours of the week"
      aside="UTC"
      csv={QUESTION}
      isOld={isOld}
      since={sinceText(weekHours?.since, weekHours?.period?.from)}
    >
      {week?.busiest === undefined ? (
        <p class="hint">{week === undefined ? 'Not known yet.' : 'No logins.'}</p>
      ) : (
        <Heat week={week} busiest={week.busiest} />
      )}
    </Card>
  );
}

/** A grid of numbers that colours stand for; each can be read, with the pointer, by touch or by arrow keys. */
function Heat({ week, busiest }: { week: Week; busiest: WeekHour }): JSX.Element {
  const [read, setRead] = useState<WeekHour>();
  const [at, setAt] = useState({ weekday: busiest.weekday, hour: busiest.hour });
  const shown = read && week.days[read.weekday]?.[read.hour];
  const move = (event: TargetedKeyboardEvent<HTMLTableElement>): void => {
    const next = besideOf(at, event.key);
    if (next === undefined) return;
    event.preventDefault();
    setAt(next);
    const cell = event.currentTarget.rows[next.weekday + 1]?.cells[next.hour + 1];
    cell?.focus();
  };
  return (
    <div class="heat">
      <table
        role="grid"
        aria-label={`${week.isAverage ? 'Average logins' : 'Logins'} by weekday and hour, UTC`}
        aria-readonly="true"
        onKeyDown={move}
        onPointerLeave={() => {
          setRead(undefined);
        }}
      >
        <thead>
          <tr>
            <th scope="col">
              <span class="unseen">Weekday</span>
            </th>
            {HOURS.map((hour) => (
              <th key={hour} scope="col">
                <span class={hour % 3 === 0 ? undefined : 'unseen'}>
                  {String(hour).padStart(2, '0')}
                </span>
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {week.days.map((hours, weekday) => (
            <tr key={weekday}>
              <th scope="row">{WEEKDAYS[weekday]}</th>
              {hours.map((cell) => (
                <td
                  key={cell.hour}
                  role="gridcell"
                  data-step={cell.step ?? 'none'}
                  tabIndex={at.weekday === weekday && at.hour === cell.hour ? 0 : -1}
                  onPointerEnter={() => {
                    setRead(cell);
                  }}
                  onFocus={() => {
                    setAt({ weekday, hour: cell.hour });
                    setRead(cell);
                  }}
                  onBlur={() => {
                    setRead(undefined);
                  }}
                >
                  <span class="unseen">{value(cell)}</span>
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
      <div class="foot">
        <Legend week={week} />
        <p class="told" aria-hidden="true">
          {shown === undefined ? `Busiest: ${told(busiest)}` : told(shown)}
        </p>
      </div>
    </div>
  );
}

function Legend({ week }: { week: Week }): JSX.Element {
  return (
    <p class="legend">
      <span>{week.isAverage ? 'Average of each hour, up to' : 'Logins up to'}</span>
      {legendOf(week.bounds).map(({ step, text }) => (
        <span key={step}>
          <i data-step={step} />
          {text}
        </span>
      ))}
      {week.days.flat().some(({ step }) => step === undefined) && (
        <span>
          <i data-step="none" />
          not in the period
        </span>
      )}
    </p>
  );
}

function told(cell: WeekHour): string {
  const { weekday, hour, count, times } = cell;
  const clock = (each: number): string => `${String(each).padStart(2, '0')}:00`;
  const when = `${WEEKDAYS[weekday] ?? ''} ${clock(hour)} – ${clock(hour + 1)}`;
  if (cell.step === undefined) return `${when}: not in the period`;
  const average =
    times !== undefined && times > 1 ? `, ${tenths(cell.height)} on average of ${times}` : '';
  return `${when}: ${whole(count)} logins${average}`;
}

function value({ step, height }: WeekHour): string {
  if (step === undefined) return 'not in the period';
  return Number.isInteger(height) ? whole(height) : tenths(height);
}
