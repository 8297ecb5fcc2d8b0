/** A login in the members' usual order; the rows of the golden table vary it. */
export const LOGIN = {
  user_id: '424cdd21-063a-43a7-b91b-7ca1a833afae',
  app_version: '2.3.0',
  device_type: 'android',
  ip: '199.172.111.135',
  locale: 'RU',
  timestamp: 1734547631,
} as const;

/** @returns the login's text with other members; JSON.stringify leaves out those that are undefined */
export function login(members: Readonly<Record<string, unknown>> = {}): string {
  return JSON.stringify({ ...LOGIN, ...members });
}

/** @returns the login's text with one member's value as it is written here */
export function spelled(member: keyof typeof LOGIN, text: string): string {
  return withMembers(`"${member}":${text}`, { [member]: undefined });
}

/** @returns the login's text with more members, as they are written here, after its `own`, which vary as in `login` */
export function withMembers(text: string, own: Readonly<Record<string, unknown>> = {}): string {
  return `${login(own).slice(0, -1)},${text}}`;
}
