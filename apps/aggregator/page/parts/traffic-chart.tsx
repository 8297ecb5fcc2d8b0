import type { JSX } from 'preact';
import { useMemo, useState } from 'preact/hooks';
import type { Traffic } from '../api.ts';
import { clock, compact, dayAndClock, whole } from '../format.ts';
import type { Minute, TrafficSeries } from '../minutes.ts';
import { CHART, trafficShapes } from '../traffic-scale.ts';
import type { TrafficShapes } from '../traffic-scale.ts';

/** The line of a series; its minutes can be read one by one, with the pointer, by touch or by keyboard. */
export function TrafficChart(props: {
  /** With at least one minute. */
  series: TrafficSeries;
  peaks: Traffic['peaks'];
}): JSX.Element {
  const { series, peaks } = props;
  const { minutes, lastIsPartial } = series;
  const shapes = useMemo(() => trafficShapes(series), [series]);
  const [readMs, read] = useState<number>();
  const marked = new Set(peaks.map(({ minute }) => Date.parse(minute)));
  const lastIndex = minutes.length - 1;
  const found = minutes.findIndex(({ timeMs }) => timeMs === readMs);
  const index = found === -1 ? lastIndex : found;
  const reading = minutes[index];
  const partial = lastIsPartial && index === lastIndex ? ', still counting' : '';
  const text =
    reading === undefined
      ? ''
      : `${dayAndClock(reading.timeMs)} UTC: ${whole(reading.count)} logins${partial}`;
  return (
    <div class="chart">
      <p class="reading">{found === -1 ? '' : text}</p>
      <div class="plot">
        <Axes shapes={shapes} />
        <svg
          viewBox={`0 0 ${CHART.width} ${CHART.height}`}
          preserveAspectRatio="none"
          aria-hidden="true"
        >
          <path class="area" d={shapes.area} />
          <path class="line" d={shapes.line} />
          <path class="line partial" d={shapes.partial} />
        </svg>
        {minutes.map(
          (minute) =>
            marked.has(minute.timeMs) && (
              <Point key={minute.timeMs} kind="peak" minute={minute} shapes={shapes} />
            ),
        )}
        {found !== -1 && reading !== undefined && (
          <Point kind="read" minute={reading} shapes={shapes} />
        )}
        <input
          type="range"
          aria-label="Logins of a minute"
          aria-valuetext={text}
          min={0}
          max={lastIndex}
          value={index}
          onInput={({ currentTarget }) => {
            read(minutes[currentTarget.valueAsNumber]?.timeMs);
          }}
          onPointerMove={({ currentTarget, offsetX }) => {
            const at = Math.round((offsetX / currentTarget.clientWidth) * lastIndex);
            read(minutes[at]?.timeMs);
          }}
          onPointerLeave={() => {
            read(undefined);
          }}
          onBlur={() => {
            read(undefined);
          }}
        />
      </div>
    </div>
  );
}

function Axes({ shapes }: { shapes: TrafficShapes }): JSX.Element {
  return (
    <div class="axes" aria-hidden="true">
      {shapes.counts.map(({ at, value }) => (
        <span key={value} class="count" style={{ top: `${at * 100}%` }}>
          {compact(value)}
        </span>
      ))}
      {shapes.times.map(({ at, value }) => (
        <span key={value} class="time" style={{ left: `${at * 100}%` }}>
          {clock(value)}
        </span>
      ))}
    </div>
  );
}

/** Not part of the stretched picture: it would not be round there. */
function Point(props: {
  kind: 'peak' | 'read';
  minute: Minute;
  shapes: TrafficShapes;
}): JSX.Element {
  const { x, y } = props.shapes.place(props.minute);
  return (
    <span
      class={`point ${props.kind}`}
      style={{ left: `${x * 100}%`, top: `${y * 100}%` }}
      aria-hidden="true"
    />
  );
}
