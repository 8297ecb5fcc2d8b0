import type { Login } from '../login.ts';

/** A valid login that has every member, in their usual order. */
export const LOGIN = {
  user_id: '424cdd21-063a-43a7-b91b-7ca1a833afae',
  app_version: '2.3.0',
  device_type: 'android',
  ip: '199.172.111.135',
  locale: 'RU',
  timestamp: 1734547631,
} as const satisfies Required<Login>;

/** @returns a valid login with other members, or more of them: what a test is not about is as in {@link LOGIN} */
export function aLogin<Others extends object>(
  members: Others,
): Omit<typeof LOGIN, keyof Others> & Others {
  return { ...LOGIN, ...members };
}

/** @returns the login with a member `padding`, so that its JSON text has so many bytes, or as it is where it has more */
export function paddedLogin<Login extends object>(login: Login, bytes: number): Login {
  const missing = bytes - Buffer.byteLength(JSON.stringify({ ...login, padding: '' }));
  return missing < 0 ? login : { ...login, padding: 'x'.repeat(missing) };
}
