import { readFileSync } from 'node:fs';
import { isIP } from 'node:net';
import { join } from 'node:path';

/**
 * The contract's rules for the members of a login, written a second time and in another way, so that one can judge the
 * other. Which members there are, and how long texts may be, the published schema says, which is all that outsiders
 * know.
 */
const SCHEMA = JSON.parse(
  readFileSync(
    join(import.meta.dirname, '../../../libs/schema/json-schema/user-login.schema.json'),
    'utf8',
  ),
) as {
  readonly required: readonly string[];
  readonly properties: Readonly<Record<string, TextSchema>>;
};

/** The keywords of a member that may hold any text. */
interface TextSchema {
  readonly type?: string;
  readonly minLength?: number;
  readonly maxLength?: number;
}

type Rule = (value: unknown) => boolean;

const UUID = /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/i;
const DIGITS = /^\d+(\.\d+)?$/;
/** The last millisecond of ECMAScript's calendar. */
const LAST_TIME = 8.64e15;

/** Of what is more than text. */
const OWN_RULES: Readonly<Record<string, Rule>> = {
  user_id: (value) => typeof value === 'string' && UUID.test(value),
  ip: (value) => typeof value === 'string' && isIP(value) > 0 && !value.includes('%'),
  timestamp: isTime,
};

/** The members of a login in the order in which they are looked at. */
export const PUBLISHED_MEMBERS = Object.entries(SCHEMA.properties).map(([name, schema]) => ({
  name,
  required: SCHEMA.required.includes(name),
  holds: OWN_RULES[name] ?? textRule(name, schema),
}));

/** @returns the name of the first member that is not as the contract has it */
export function faultyMember(login: object): string | undefined {
  const members = new Map<string, unknown>(Object.entries(login));
  const faulty = PUBLISHED_MEMBERS.find(({ name, required, holds }) =>
    members.has(name) ? !holds(members.get(name)) : required,
  );
  return faulty?.name;
}

function textRule(name: string, { type, minLength, maxLength, ...rest }: TextSchema): Rule {
  const known = Object.keys(rest).every((keyword) => keyword === 'description');
  if (type !== 'string' || minLength === undefined || maxLength === undefined || !known) {
    throw new Error(`${name} is more than text with a length: add its rule to OWN_RULES`);
  }
  return (value) => {
    if (typeof value !== 'string') return false;
    const characters = Array.from(value).length;
    return characters >= minLength && characters <= maxLength;
  };
}

function isTime(value: unknown): boolean {
  if (typeof value === 'string') return DIGITS.test(value) && isTime(Number(value));
  return typeof value === 'number' && value >= 0 && value <= LAST_TIME;
}
