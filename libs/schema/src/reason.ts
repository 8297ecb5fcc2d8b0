import { LOGIN_MEMBERS } from './members.ts';
import type { MARK_MEMBERS } from './members.ts';

/** One for each member of a login, which has a wrong value or is missing. */
const MEMBER_REASONS = Object.keys(LOGIN_MEMBERS).map(
  (name) => `invalid_${name as keyof typeof LOGIN_MEMBERS}` as const,
);

/**
 * Why a record is no valid login: a closed set. The codes are also dead-letter header values and metric labels, so
 * a change here is a breaking one.
 */
export const REASONS = [
  'null_value',
  'unknown_schema_id',
  'empty_value',
  'framed_not_json',
  'framed_apicurio',
  'framed_guid',
  'framed_glue',
  'framed_avro',
  'invalid_utf8',
  'invalid_json',
  'not_an_object',
  ...MEMBER_REASONS,
  'record_too_large',
  'record_timestamp_refused',
  'record_refused',
] as const;

/** One of {@link REASONS}. */
export type Reason = (typeof REASONS)[number];

/** Why a record is no processed login: a login's reasons, or the mark is missing or not `true`. */
export type ProcessedReason = Reason | `invalid_${keyof typeof MARK_MEMBERS}`;
