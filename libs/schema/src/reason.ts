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
  'invalid_user_id',
  'invalid_app_version',
  'invalid_device_type',
  'invalid_ip',
  'invalid_locale',
  'invalid_timestamp',
  'record_too_large',
  'record_timestamp_refused',
  'record_refused',
] as const;

/** One of {@link REASONS}. */
export type Reason = (typeof REASONS)[number];

/** Why a record is no processed login: a login's reasons, or the mark is missing or not `true`. */
export type ProcessedReason = Reason | 'invalid_processed';
