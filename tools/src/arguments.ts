import { EXIT, Failure } from './failure.ts';

/** @throws {Failure} that names the option */
export function wholeNumber(option: string, text: string, min: number): number {
  const number = /^\d{1,9}$/.test(text) ? Number(text) : NaN;
  if (number >= min) return number;
  throw wrongArgument(option, `a whole number from ${min} on`);
}

/** @returns what ISO 8601 says, as epoch ms, or undefined when it is no such time */
export function timeIn(text: string): number | undefined {
  const ms = /^\d{4}-\d\d-\d\d/.test(text) ? Date.parse(text) : NaN;
  return Number.isNaN(ms) ? undefined : ms;
}

/** @returns the error for an option that holds something else than expected */
export function wrongArgument(option: string, expected: string): Failure {
  return new Failure(`${option}: expected ${expected}`, EXIT.config);
}
