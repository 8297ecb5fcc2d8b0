import type { Login } from '../login.ts';

const NAMES = ['user_id', 'app_version', 'device_type', 'ip', 'locale', 'timestamp', 'processed'];

/** @returns the members of the contract that a login has, whichever way it was decoded, as an object of their own */
export function membersOf(login: Login): Record<string, unknown> {
  const members = NAMES.filter((name) => name in login);
  return Object.fromEntries(members.map((name) => [name, login[name as keyof Login]]));
}
