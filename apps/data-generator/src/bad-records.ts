import type { Login, Reason } from '@login-pipeline/schema';
import type { UserMembers } from './users.ts';

/** A login as a client meant to send it. */
export interface IntendedLogin extends UserMembers {
  /** Epoch ms. */
  readonly timestamp: number;
}

/** One way in which a client breaks its login. */
export interface BadKind {
  readonly name: string;
  /** What the pipeline must say about it. */
  readonly reason: Reason;
  readonly spoil: (login: IntendedLogin) => Buffer | null;
}

/** Every kind of bad record, at least one for each reason that a client's value can give. */
export const BAD_KINDS: readonly BadKind[] = [
  { name: 'null value', reason: 'null_value', spoil: () => null },
  { name: 'empty value', reason: 'empty_value', spoil: () => Buffer.alloc(0) },
  {
    name: 'invalid UTF-8',
    reason: 'invalid_utf8',
    spoil: (login) => Buffer.concat([json(login), Buffer.from([0xc3, 0x28])]),
  },
  {
    name: 'truncated JSON',
    reason: 'invalid_json',
    spoil: (login) => json(login).subarray(0, -5),
  },
  {
    name: 'trailing garbage',
    reason: 'invalid_json',
    spoil: (login) => Buffer.concat([json(login), Buffer.from(';')]),
  },
  { name: 'plain text', reason: 'invalid_json', spoil: () => Buffer.from('login') },
  {
    name: 'byte order mark',
    reason: 'invalid_json',
    spoil: (login) => Buffer.concat([Buffer.from([0xef, 0xbb, 0xbf]), json(login)]),
  },
  { name: 'array', reason: 'not_an_object', spoil: (login) => json([login]) },
  { name: 'string', reason: 'not_an_object', spoil: (login) => json(JSON.stringify(login)) },
  { name: 'JSON null', reason: 'not_an_object', spoil: () => json(null) },
  ...faults('user_id', { missing: undefined, number: 42, 'no UUID': 'user-42' }),
  ...faults('app_version', {
    missing: undefined,
    number: 2,
    empty: '',
    '65 characters': '2'.repeat(65),
  }),
  ...faults('device_type', { missing: undefined, null: null, empty: '' }),
  ...faults('ip', {
    missing: undefined,
    number: 3_323_068_417,
    'part over 255': '198.18.0.256',
    'zone id': 'fe80::1%eth0',
    'prefix length': '198.18.0.1/15',
  }),
  ...faults('locale', { missing: undefined, list: ['TX'], empty: '' }),
  ...faults('timestamp', {
    missing: undefined,
    true: true,
    empty: '',
    date: '2024-12-17T18:47:00Z',
    negative: -1,
  }),
];

/** @returns the kinds for one member: holding each of the values */
function faults(
  member: keyof Login,
  values: Readonly<Record<string, unknown>>,
): readonly BadKind[] {
  return Object.entries(values).map(([label, value]) => ({
    name: `${member}: ${label}`,
    reason: `invalid_${member}`,
    spoil: (login) => json({ ...login, [member]: value }),
  }));
}

/** Members that are undefined are left out, as JSON.stringify does. */
function json(content: unknown): Buffer {
  return Buffer.from(JSON.stringify(content));
}
