import { LOGIN } from '../a-login.ts';

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
