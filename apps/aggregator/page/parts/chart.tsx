import type { JSX } from 'preact';
import { useMemo, useState } from 'preact/hooks';
import { CHART, chartShapes } from '../chart-shapes.ts';
import type { Shapes } from '../chart-shapes.ts';
import { clock, compact, dayText } from '../format.ts';
import { DAY_MS } from '../series.ts';
import type { Series, Unit } from '../series.ts';

/** Bars or steps of a series; its units can be read one by one, with the pointer, by touch or by keyboard. */
export function Chart(props: {
  /** With at least one unit. */
  series: Series;
  /** Units to point at. */
  marked?: readonly Unit[];
  /** What the slider under it reads. */
  label: string;
  /** What is to be said of a unit. */
  describe: (unit: Unit) => string;
}): JSX.Element {
  const { series, marked = [], label, describe } = props;
  const { units, unitMs, endMs, lastIsPartial } = series;
  const shapes = useMemo(() => chartShapes(series), [series]);
  const [readMs, read] = useState<number>();
  const lastIndex = units.length - 1;
  const places = (endMs - (units[0]?.timeMs ?? 0)) / unitMs;
  const found = units.findIndex(({ timeMs }) => timeMs === readMs);
  const index = found === -1 ? lastIndex : found;
  const reading = units[index];
  const partial = lastIsPartial && index === lastIndex ? ', still counting' : '';
  const text = reading === undefined ? '' : describe(reading) + partial;
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
          <path class={shapes.kind === 'bars' ? 'full' : 'area'} d={shapes.fill} />
          <path class="edge" d={shapes.edge} />
          <path class="partial" d={shapes.partial} />
          <path class="parts" d={shapes.parts} />
        </svg>
        {marked.map((unit) => (
          <Point key={unit.timeMs} kind="peak" unit={unit} shapes={shapes} />
        ))}
        {found !== -1 && reading !== undefined && (
          <Point kind="read" unit={reading} shapes={shapes} />
        )}
        <input
          type="range"
          aria-label={label}
          aria-valuetext={text}
          min={0}
          max={lastIndex}
          value={index}
          onInput={({ currentTarget }) => {
            read(units[currentTarget.valueAsNumber]?.timeMs);
          }}
          onPointerMove={({ currentTarget, offsetX }) => {
            const at = Math.floor((offsetX / currentTarget.clientWidth) * places);
            read(units[Math.min(Math.max(at, 0), lastIndex)]?.timeMs);
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

function Axes({ shapes }: { shapes: Shapes }): JSX.Element {
  return (
    <div class="axes" aria-hidden="true">
      {shapes.counts.map(({ at, value }) => (
        <span key={value} class="count" style={{ top: `${at * 100}%` }}>
          {compact(value)}
        </span>
      ))}
      {shapes.times.map(({ at, value }) => (
        <span key={value} class="time" style={{ left: `${at * 100}%` }}>
          {value % DAY_MS === 0 ? dayText(value) : clock(value)}
        </span>
      ))}
    </div>
  );
}

/** Not part of the stretched picture: it would not be round there. */
function Point(props: { kind: 'peak' | 'read'; unit: Unit; shapes: Shapes }): JSX.Element {
  const { x, y } = props.shapes.place(props.unit);
  return (
    <span
      class={`point ${props.kind}`}
      style={{ left: `${x * 100}%`, top: `${y * 100}%` }}
      aria-hidden="true"
    />
  );
}
