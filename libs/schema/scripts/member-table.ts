import { LOGIN_MEMBERS, MAX_TEXT } from '../src/members.ts';
import type { Kind, Member } from '../src/members.ts';
import { aLogin } from '../src/testing/index.ts';

/** What a member of each kind holds. */
const HOLDS: Readonly<Record<Kind, string>> = {
  uuid: 'a UUID in the 8-4-4-4-12 form',
  text: `1 to ${String(MAX_TEXT)} characters (code points)`,
  ip: 'an IPv4 or IPv6 address',
  time: 'a number from 0 to 8640000000000000, or its decimal digits as a string: at most 16 before the point, any number after it',
  mark: '`true`',
};

/** The lines of docs/records.md between which an example and the members stand. */
const MARKERS = { start: '<!-- members -->', end: '<!-- /members -->' } as const;

/** @returns the document with what a login holds between the markers, not laid out as prettier would */
export function withMemberTable(document: string): string {
  const { start, end } = MARKERS;
  const from = document.indexOf(start);
  const to = document.indexOf(end);
  if (from < 0 || to < from) throw new Error(`The document lacks the markers ${start} and ${end}`);
  const before = document.slice(0, from + start.length);
  return [before, example(), memberTable(), document.slice(to)].join('\n\n');
}

function example(): string {
  const login = aLogin({ device_id: 'cd1e9c9d-5d4b-4b0e-8d0a-1f6e0b8f7a11' });
  return `\`\`\`json\n${JSON.stringify(login, null, 2)}\n\`\`\``;
}

function memberTable(): string {
  const rows = Object.entries<Member>(LOGIN_MEMBERS).map(
    ([name, { kind, description, optional }]) =>
      `| \`${name}\` | ${HOLDS[kind]}${optional === true ? '; may be missing' : ''} | ${description} |`,
  );
  return ['| member | holds | meaning |', '| --- | --- | --- |', ...rows].join('\n');
}
