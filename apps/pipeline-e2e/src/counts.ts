import type { ReadRecord } from './topic-reader.ts';

/** How many of each value. */
export type Counts = Readonly<Record<string, number>>;

/** Logins counted in the ways of the insights. */
export interface LoginCounts {
  readonly total: number;
  readonly deviceTypes: Counts;
  readonly locales: Counts;
  /** By UTC minute of the login's own time, such as `2024-12-17T18:47Z`. */
  readonly minutes: Counts;
}

interface CountedLogin {
  readonly device_type: string;
  readonly locale: string;
  readonly timestamp: number | string;
}

/** Before this many, a timestamp counts seconds, from then on milliseconds. */
const FIRST_MILLISECONDS = 100_000_000_000;

/** Counts the logins of a topic by brute force. */
export function countLogins(records: readonly ReadRecord[]): LoginCounts {
  const logins = records.map(({ value }) => JSON.parse(String(value)) as CountedLogin);
  return {
    total: logins.length,
    deviceTypes: countBy(logins.map(({ device_type }) => shownDeviceType(device_type))),
    locales: countBy(logins.map(({ locale }) => locale)),
    minutes: countBy(logins.map(({ timestamp }) => minuteOf(Number(timestamp)))),
  };
}

export function countBy(values: readonly string[]): Counts {
  const counts: Record<string, number> = {};
  for (const value of values) counts[value] = (counts[value] ?? 0) + 1;
  return counts;
}

/** @param parts an absent one counts nothing */
export function sumOf(parts: readonly (LoginCounts | undefined)[]): LoginCounts {
  const merged = (of: (part: LoginCounts) => Counts): Counts => {
    const sums: Record<string, number> = {};
    for (const part of parts) {
      for (const [value, count] of Object.entries(part ? of(part) : {})) {
        sums[value] = (sums[value] ?? 0) + count;
      }
    }
    return sums;
  };
  return {
    total: parts.reduce((sum, part) => sum + (part?.total ?? 0), 0),
    deviceTypes: merged(({ deviceTypes }) => deviceTypes),
    locales: merged(({ locales }) => locales),
    minutes: merged(({ minutes }) => minutes),
  };
}

function shownDeviceType(deviceType: string): string {
  const lower = deviceType.toLowerCase();
  return lower === 'ios' ? 'iOS' : lower;
}

function minuteOf(timestamp: number): string {
  const milliseconds = timestamp < FIRST_MILLISECONDS ? timestamp * 1000 : timestamp;
  return new Date(milliseconds).toISOString().replace(/:\d\d\.\d+Z$/, 'Z');
}
