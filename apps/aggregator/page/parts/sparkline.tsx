import { area, line } from 'd3-shape';
import type { JSX } from 'preact';

/** A small line without axes. The words beside it, or its label, say what it shows. */
export function Sparkline(props: {
  /** Evenly spaced; undefined leaves a gap. */
  values: readonly (number | undefined)[];
  /** Value at the upper edge. */
  max: number;
  /** How many values the width takes; fewer stand at the right. */
  slots: number;
  /** Says what it shows; without one it is decoration. */
  label?: string;
}): JSX.Element {
  const { values, max, slots, label } = props;
  const offset = slots - values.length;
  const x = (_value: number | undefined, index: number): number =>
    ((index + offset) / Math.max(slots - 1, 1)) * 100;
  const y = (value: number | undefined): number => 29 - ((value ?? 0) / (max || 1)) * 27;
  const known = (value: number | undefined): boolean => value !== undefined;
  const points = [...values];
  return (
    <svg
      class="spark"
      viewBox="0 0 100 30"
      preserveAspectRatio="none"
      {...(label === undefined ? { 'aria-hidden': true } : { role: 'img', 'aria-label': label })}
    >
      <path
        class="area"
        d={area<number | undefined>().defined(known).x(x).y0(29).y1(y)(points) ?? ''}
      />
      <path class="line" d={line<number | undefined>().defined(known).x(x).y(y)(points) ?? ''} />
    </svg>
  );
}
