import type { Reason } from '../reason.ts';
import { EVERY_MEMBER, MEMBERS } from './golden/members.ts';
import type { Row } from './golden/row.ts';
import { TIMESTAMPS } from './golden/timestamps.ts';
import { WHOLE_VALUES } from './golden/whole-values.ts';

/** A record's value and what must become of it. */
export interface GoldenLogin {
  readonly name: string;
  readonly value: Buffer | null;
  readonly outcome: 'valid' | Reason;
  /** The rule behind the outcome. */
  readonly why: string;
}

/** Every kind of value the pipeline has an opinion on, each with its outcome. */
export const GOLDEN_LOGINS: readonly GoldenLogin[] = [
  ...WHOLE_VALUES,
  ...MEMBERS,
  ...EVERY_MEMBER,
  ...TIMESTAMPS.map(([name, ...rest]): Row => [`timestamp: ${name}`, ...rest]),
].map(([name, value, outcome, why]) => ({
  name,
  value: typeof value === 'string' ? Buffer.from(value) : value,
  outcome,
  why,
}));

/** The rows that hold a JSON text, parsed: what a validator gets to see. */
export const PARSED_GOLDEN_LOGINS = GOLDEN_LOGINS.flatMap(({ name, value, outcome }) =>
  value === null || /^(?:empty_value|invalid_utf8|invalid_json|framed_\w+)$/.test(outcome)
    ? []
    : [{ name, parsed: JSON.parse(value.toString()) as unknown, valid: outcome === 'valid' }],
);
