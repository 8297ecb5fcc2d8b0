/** The states as the build draws them, from the borders of the Census Bureau: us-map.js exists in the bundle alone. */
export interface StateShape {
  readonly name: string;
  /** Of an SVG path, in the map's own pixels. */
  readonly path: string;
  /** Where its code fits in; undefined where it does not. */
  readonly label?: readonly [x: number, y: number];
}
export declare const WIDTH: number;
export declare const HEIGHT: number;
export declare const STATES: readonly StateShape[];
