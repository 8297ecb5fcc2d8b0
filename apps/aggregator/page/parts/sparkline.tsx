import type { JSX } from 'preact';
import { SPARK, stepPaths } from '../steps.ts';

/** Small steps without axes. The words beside them, or their label, say what they show. */
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
  const paths = stepPaths(values, slots, max);
  return (
    <svg
      class="spark"
      viewBox={`0 0 ${SPARK.width} ${SPARK.height}`}
      preserveAspectRatio="none"
      {...(label === undefined ? { 'aria-hidden': true } : { role: 'img', 'aria-label': label })}
    >
      <path class="area" d={paths.area} />
      <path class="edge" d={paths.line} />
    </svg>
  );
}
