import type { JSX } from 'preact';
import { useMemo, useState } from 'preact/hooks';
import type { Traffic } from '../api.ts';
import { dayAndClock, whole } from '../format.ts';
import { fittingWindow, trafficSeries, WINDOWS } from '../minutes.ts';
import type { WindowMinutes } from '../minutes.ts';
import { Card } from './card.tsx';
import { TrafficChart } from './traffic-chart.tsx';

/** Logins per minute of event time, and the busiest minutes. */
export function TrafficCard({ traffic }: { traffic: Traffic | undefined }): JSX.Element {
  const [chosen, choose] = useState<WindowMinutes>();
  const window = chosen ?? fittingWindow(traffic?.minutes ?? []);
  const series = useMemo(
    () => trafficSeries(traffic?.minutes ?? [], traffic?.asOf.time ?? null, window),
    [traffic, window],
  );
  const peaks = traffic?.peaks ?? [];
  const [peak] = peaks;
  return (
    <Card
      id="traffic"
      title="Logins per minute"
      aside={<WindowChoice chosen={window} choose={choose} />}
    >
      {series.minutes.length === 0 ? (
        <p class="hint">No logins in the minutes that are remembered.</p>
      ) : (
        <TrafficChart series={series} peaks={peaks} />
      )}
      <table class="peaks" aria-label="Busiest minutes">
        <thead>
          <tr>
            <th scope="col">Peaks</th>
            {peaks.map(({ minute }) => (
              <th key={minute} scope="col">
                <time dateTime={minute}>{dayAndClock(Date.parse(minute))}</time>
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          <tr>
            <th scope="row">Logins</th>
            {peaks.map(({ minute, count }) => (
              <td key={minute} class={minute === peak?.minute ? 'first' : undefined}>
                {whole(count)}
              </td>
            ))}
          </tr>
        </tbody>
      </table>
    </Card>
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
