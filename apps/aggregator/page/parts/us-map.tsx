import type { JSX } from 'preact';
import { percent, shareOf, whole } from '../format.ts';
import { legendOf } from '../legend.ts';
import { mapBounds, mapStep, US_STATES } from '../places.ts';
import { HEIGHT, STATES, WIDTH } from '../us-map.js';

const CODES = new Map([...US_STATES].map(([code, name]) => [name, code]));
const SHAPES = STATES.flatMap((shape) => {
  const code = CODES.get(shape.name);
  return code === undefined ? [] : [{ ...shape, code }];
});

/** The states coloured by their logins. The ranking beside it has the same numbers as text. */
export function UsMap({ counts }: { counts: Readonly<Record<string, number>> }): JSX.Element {
  const byCode = SHAPES.map(({ code }) => counts[code] ?? 0);
  const max = Math.max(...byCode, 0);
  const all = Object.values(counts).reduce((sum, count) => sum + count, 0);
  return (
    <figure class="map">
      <svg viewBox={`0 0 ${WIDTH} ${HEIGHT}`} role="img" aria-label={label(byCode)}>
        {SHAPES.map(({ code, name, path }, index) => {
          const count = byCode[index] ?? 0;
          return (
            <path key={code} d={path} data-step={mapStep(count, max)}>
              <title>{`${name}: ${whole(count)} logins, ${percent(shareOf(count, all))}`}</title>
            </path>
          );
        })}
        {SHAPES.map(
          ({ code, label: at }, index) =>
            at !== undefined && (
              <text key={code} x={at[0]} y={at[1]} data-step={mapStep(byCode[index] ?? 0, max)}>
                {code}
              </text>
            ),
        )}
      </svg>
      {max > 0 && <Legend max={max} />}
    </figure>
  );
}

function Legend({ max }: { max: number }): JSX.Element {
  return (
    <figcaption class="legend">
      <span>Logins up to</span>
      {legendOf(mapBounds(max)).map(({ step, text }) => (
        <span key={step}>
          <svg viewBox="0 0 1 1" aria-hidden="true">
            <rect width="1" height="1" data-step={step} />
          </svg>
          {text}
        </span>
      ))}
    </figcaption>
  );
}

function label(byCode: readonly number[]): string {
  const withLogins = byCode.filter((count) => count > 0).length;
  return `Map of the United States: logins from ${withLogins} of 51, the capital district included. The list has the numbers.`;
}
