import type { JSX } from 'preact';
import { useMemo, useState } from 'preact/hooks';
import { dayAndClock, dayText, clock, whole } from '../format.ts';
import {
  busiest,
  fittingWindow,
  HOUR_MS,
  MINUTE_MS,
  TRAFFIC_QUESTION,
  trafficSeries,
  WINDOWS,
} from '../series.ts';
import type { Series, Traffic, Unit, WindowMinutes } from '../series.ts';
import { Card } from './card.tsx';
import { Chart } from './chart.tsx';
import type { CardProps, PageCard } from './page-card.ts';

const PEAKS = 5;

/** Logins per minute or hour of event time, and the busiest ones. */
export const TRAFFIC: PageCard<Traffic> = { question: TRAFFIC_QUESTION, Card: TrafficCard };

function TrafficCard({ asked, nowMs }: CardProps<Traffic>): JSX.Element {
  const { answer: traffic, isOld } = asked;
  const [chosen, choose] = useState<WindowMinutes>();
  const window = chosen ?? fittingWindow(traffic?.minutes ?? []);
  // The next minute begins with its first second, not with every one.
  const minuteMs = Math.floor(nowMs / MINUTE_MS) * MINUTE_MS;
  const series = useMemo(
    () => (traffic === undefined ? undefined : trafficSeries(traffic, window, minuteMs)),
    [traffic, window, minuteMs],
  );
  const unit = series?.unitMs === HOUR_MS ? 'hour' : 'minute';
  const peaks = useMemo(
    () => (traffic === undefined ? [] : peaksOf(traffic, series)),
    [traffic, series],
  );
  return (
    <Card
      id="traffic"
      title={`Logins per ${unit}`}
      aside={
        traffic !== undefined && traffic.period === undefined ? (
          <WindowChoice chosen={window} choose={choose} />
        ) : (
          'UTC'
        )
      }
      csv={TRAFFIC_QUESTION}
      isOld={isOld}
    >
      {series === undefined || series.units.length === 0 ? (
        <p class="hint">
          {series === undefined ? 'Not known yet.' : `No logins in the ${unit}s that are kept.`}
        </p>
      ) : (
        <>
          <Chart
            series={series}
            marked={peaks.filter(({ timeMs }) => timeMs >= (series.units[0]?.timeMs ?? 0))}
            label={`Logins of ${unit === 'hour' ? 'an hour' : 'a minute'}`}
            describe={({ timeMs, count }) => `${begin(timeMs, unit)} UTC: ${whole(count)} logins`}
          />
          <Peaks peaks={peaks} unit={unit} />
        </>
      )}
    </Card>
  );
}

/** The server knows those of all minutes that are kept; of hours it is those that are drawn. */
function peaksOf(traffic: Traffic, series: Series | undefined): readonly Unit[] {
  if (traffic.hours !== undefined) return busiest(series?.units ?? [], PEAKS);
  return traffic.peaks.map(({ minute, count }) => ({ timeMs: Date.parse(minute), count }));
}

function begin(timeMs: number, unit: 'minute' | 'hour'): string {
  if (unit === 'minute') return dayAndClock(timeMs);
  return `${dayText(timeMs)}, ${clock(timeMs)} – ${clock(timeMs + HOUR_MS)}`;
}

function Peaks({ peaks, unit }: { peaks: readonly Unit[]; unit: string }): JSX.Element {
  return (
    <table class="peaks" aria-label={`Busiest ${unit}s`}>
      <thead>
        <tr>
          <th scope="col">Peaks</th>
          {peaks.map(({ timeMs }) => (
            <th key={timeMs} scope="col">
              <time dateTime={new Date(timeMs).toISOString()}>{dayAndClock(timeMs)}</time>
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        <tr>
          <th scope="row">Logins</th>
          {peaks.map(({ timeMs, count }, index) => (
            <td key={timeMs} class={index === 0 ? 'first' : undefined}>
              {whole(count)}
            </td>
          ))}
        </tr>
      </tbody>
    </table>
  );
}

function WindowChoice(props: {
  chosen: WindowMinutes;
  choose: (window: WindowMinutes) => void;
}): JSX.Element {
  return (
    <div class="choice" role="group" aria-label="Time shown">
      {WINDOWS.map((window) => (
        <button
          key={window}
          type="button"
          aria-pressed={window === props.chosen}
          onClick={() => {
            props.choose(window);
          }}
        >
          {window / 60} h
        </button>
      ))}
    </div>
  );
}
