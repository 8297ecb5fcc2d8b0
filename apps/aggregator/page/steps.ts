import { area, line } from 'd3-shape';

/** The box of a small chart, stretched to its place. */
export const SPARK = { width: 100, height: 30 } as const;

/**
 * Values that each hold for the width of a slot, as SVG paths; undefined leaves a gap.
 *
 * @param slots how many values the width takes; fewer stand at the right
 * @param max value at the upper edge
 */
export function stepPaths(
  values: readonly (number | undefined)[],
  slots: number,
  max: number,
): { readonly area: string; readonly line: string } {
  const { width, height } = SPARK;
  const floor = height - 1;
  const offset = slots - values.length;
  const corners = values.flatMap((value, index) => [
    { value, slot: index + offset },
    { value, slot: index + offset + 1 },
  ]);
  type Corner = (typeof corners)[number];
  const known = ({ value }: Corner): boolean => value !== undefined;
  const x = ({ slot }: Corner): number => (slot / slots) * width;
  const y = ({ value }: Corner): number => floor - ((value ?? 0) / (max || 1)) * (floor - 2);
  return {
    area: area<Corner>().defined(known).x(x).y0(floor).y1(y).digits(1)(corners) ?? '',
    line: line<Corner>().defined(known).x(x).y(y).digits(1)(corners) ?? '',
  };
}
