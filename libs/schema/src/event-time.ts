import type { Login } from './login.ts';

/** From here on a timestamp counts milliseconds: as seconds it would be the year 5138, as milliseconds it is 1973. */
const FIRST_MILLISECONDS = 1e11;

/**
 * When the login happened: epoch milliseconds, rounded down.
 *
 * Floating-point seconds are exact to the millisecond until 2038: the error of such a double times 1000 is below half
 * a step of the product's, so the product of x.001 is a whole number again.
 */
export function eventTimeMs(login: Pick<Login, 'timestamp'>): number {
  const { timestamp } = login;
  const time = typeof timestamp === 'number' ? timestamp : Number(timestamp);
  return Math.floor(time < FIRST_MILLISECONDS ? time * 1000 : time);
}
