import { EXIT, Failure } from './failure.ts';

/** @throws {Failure} that names the option */
export function wholeNumber(option: string, text: string, min: number): number {
  const number = /^\d{1,9}$/.test(text) ? Number(text) : NaN;
  if (number >= min) return number;
  throw wrongArgument(option, `a whole number from ${min} on`);
}

/** ISO 8601: a day, or a day with a time, which may name a zone. */
const TIME = /^(\d{4}-\d\d-\d\d)(?:T(\d\d:\d\d(?::\d\d(?:\.\d+)?)?)(Z|[+-]\d\d:\d\d)?)?$/;

/** @returns what ISO 8601 says, in UTC where it names no zone, as epoch ms; undefined when there is no such time */
export function timeIn(text: string): number | undefined {
  const [, day = '', time = '00:00', zone = 'Z'] = TIME.exec(text) ?? [];
  const ms = isDay(day) ? Date.parse(`${day}T${time}${zone}`) : NaN;
  return Number.isNaN(ms) ? undefined : ms;
}

/** Date takes February 30 for March 2. */
function isDay(day: string): boolean {
  const ms = Date.parse(day);
  return !Number.isNaN(ms) && new Date(ms).toISOString().startsWith(day);
}

/** @returns the error for an option that holds something else than expected */
export function wrongArgument(option: string, expected: string): Failure {
  return new Failure(`${option}: expected ${expected}`, EXIT.config);
}
