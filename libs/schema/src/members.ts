/** What a member holds: `login.ts` has the schema of each kind, `plain-login.ts` reads it. */
export type Kind = 'uuid' | 'text' | 'ip' | 'time' | 'mark';

/** One member of a record. A record that has it wrong, or lacks it, is refused as `invalid_<name>`. */
export interface Member {
  readonly kind: Kind;
  /** For outsiders: a sentence of the JSON Schema, and of docs/records.md. */
  readonly description: string;
  /** A record may lack it. */
  readonly optional?: true;
}

/** Members by their names, in the order of the checks. */
export type Members = Readonly<Record<string, Member>>;

/** Of text: code points, as JSON Schema counts. */
export const MAX_TEXT = 64;

/** Of a login. The order is part of the contract: the first faulty one gives the reason. */
export const LOGIN_MEMBERS = {
  user_id: {
    kind: 'uuid',
    description: 'Who logged in: a UUID of any version, in upper or lower case.',
  },
  app_version: { kind: 'text', description: 'Version of the app, such as 2.3.0.' },
  device_type: {
    kind: 'text',
    description: 'Kind of device, such as android or iOS, in any case.',
  },
  ip: {
    kind: 'ip',
    description: 'Address of the device: IPv4 or IPv6, without zone id or prefix length.',
  },
  locale: { kind: 'text', description: 'Where the user is, such as the US state TX, or RU.' },
  timestamp: {
    kind: 'time',
    description:
      'When the user logged in: epoch seconds, or epoch milliseconds from 100000000000 on; a number or its decimal digits as a string.',
  },
} as const satisfies Members;

/** Of a processed login, beside those of the login. */
export const MARK_MEMBERS = {
  processed: { kind: 'mark', description: 'Marks a login that passed the transformer.' },
} as const satisfies Members;
