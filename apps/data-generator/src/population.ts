import type { Weights } from './random.ts';

/** App versions in use, newest first. 2.0.0 is kept large: it is what the transformer lets pass by default. */
export const APP_VERSIONS: Weights<string> = [
  ['2.3.0', 33],
  ['2.3.0-rc.1', 1],
  ['2.2.0', 18],
  ['2.1.1', 9],
  ['2.1.0', 5],
  ['2.0.0', 24],
  ['1.9.4', 5],
  ['1.8.0', 3],
  ['1.5.2', 1.5],
  ['1.0.0', 0.5],
];

/** A device type as the insights show it, and one of the ways in which clients spell it. */
export interface DeviceType {
  readonly canonical: string;
  readonly spelling: string;
}

/** Device types, in the many spellings that clients send. */
export const DEVICE_TYPES: Weights<DeviceType> = [
  [{ canonical: 'android', spelling: 'android' }, 40],
  [{ canonical: 'android', spelling: 'Android' }, 8],
  [{ canonical: 'android', spelling: 'ANDROID' }, 2],
  [{ canonical: 'iOS', spelling: 'iOS' }, 37],
  [{ canonical: 'iOS', spelling: 'ios' }, 8],
  [{ canonical: 'iOS', spelling: 'IOS' }, 2],
  [{ canonical: 'web', spelling: 'Web' }, 3],
];

/**
 * US states and the District of Columbia by population in ten thousands (census of 2020), and a few
 * logins from abroad.
 */
export const LOCALES: Weights<string> = [
  ['CA', 3954],
  ['TX', 2915],
  ['FL', 2154],
  ['NY', 2020],
  ['PA', 1300],
  ['IL', 1281],
  ['OH', 1180],
  ['GA', 1071],
  ['NC', 1044],
  ['MI', 1008],
  ['NJ', 929],
  ['VA', 863],
  ['WA', 771],
  ['AZ', 715],
  ['MA', 703],
  ['TN', 691],
  ['IN', 679],
  ['MD', 618],
  ['MO', 615],
  ['WI', 589],
  ['CO', 577],
  ['MN', 571],
  ['SC', 512],
  ['AL', 502],
  ['LA', 466],
  ['KY', 451],
  ['OR', 424],
  ['OK', 396],
  ['CT', 361],
  ['UT', 327],
  ['IA', 319],
  ['NV', 310],
  ['AR', 301],
  ['MS', 296],
  ['KS', 294],
  ['NM', 212],
  ['NE', 196],
  ['ID', 184],
  ['WV', 179],
  ['HI', 146],
  ['NH', 138],
  ['ME', 136],
  ['RI', 110],
  ['MT', 108],
  ['DE', 99],
  ['SD', 89],
  ['ND', 78],
  ['AK', 73],
  ['DC', 69],
  ['VT', 64],
  ['WY', 58],
  ['RU', 600],
  ['GB', 300],
  ['BR', 200],
  ['JP', 200],
];

/** How a client writes epoch time, with the precision in milliseconds that is left of it. */
export interface TimestampStyle {
  readonly precision: number;
  readonly write: (epochMs: number) => string;
}

/** The ways in which clients write `timestamp`; each client keeps to one. */
export const TIMESTAMP_STYLES: Weights<TimestampStyle> = [
  [{ precision: 1000, write: (ms) => String(ms / 1000) }, 60],
  [{ precision: 1, write: (ms) => String(ms) }, 20],
  [{ precision: 1000, write: (ms) => `"${String(ms / 1000)}"` }, 10],
  [{ precision: 1, write: (ms) => `"${String(ms)}"` }, 5],
  [{ precision: 1, write: (ms) => (ms / 1000).toFixed(3) }, 5],
];
