import { PROCESSED_LOGIN_SCHEMA } from '../login.ts';
import type { Login } from '../login.ts';

const NAMES = Object.keys(PROCESSED_LOGIN_SCHEMA.properties);

/** @returns the members of the contract that a login has, whichever way it was decoded, as an object of their own */
export function membersOf(login: Login): Record<string, unknown> {
  const values = login as Readonly<Record<string, unknown>>;
  const present = NAMES.filter((name) => values[name] !== undefined);
  return Object.fromEntries(present.map((name) => [name, values[name]]));
}
