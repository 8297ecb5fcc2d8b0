import type { ConsumedRecord, LatestKey, Outcome } from '@login-pipeline/streams';
import { deadLetter, DROP, emit, lastHeader } from '@login-pipeline/streams';
import type { Schemas } from '@login-pipeline/registry';
import type { Login, Reason } from '@login-pipeline/schema';
import {
  beginsAsJson,
  decodeLogin,
  eventTimeMs,
  hasWideId,
  markProcessed,
  SCHEMA_ID_HEADER,
  schemaIdOf,
  unframed,
} from '@login-pipeline/schema';

/** What becomes of one record of the login topic: pure, and never throws for what a record holds. */
export type LoginPipeline = (record: ConsumedRecord) => Outcome<Reason>;

/**
 * The path of a login: decode and validate, filter, transform. A new rule is a new line here.
 *
 * @param passes the filter, by the app's version
 * @param schemas prepared for the record's batch
 * @param latestOf whose latest login it may be; default: nobody's
 */
export function loginPipeline(
  passes: (appVersion: string) => boolean,
  schemas: Pick<Schemas, 'isKnown' | 'frame'>,
  latestOf: (login: Login) => LatestKey | undefined = () => undefined,
): LoginPipeline {
  return ({ value, headers }) => {
    if (value === null) return deadLetter('null_value', 'decode');
    const schemaId = schemaIdOf(value);
    if (schemaId !== undefined && !schemas.isKnown(schemaId)) {
      return deadLetter(hasWideId(value) ? 'framed_apicurio' : 'unknown_schema_id', 'decode');
    }
    const login = decodeLogin(value);
    if (typeof login === 'string') {
      const isElsewhere = schemaId === undefined && hasSchemaIdHeader(value, login, headers);
      return deadLetter(isElsewhere ? 'framed_guid' : login, 'decode');
    }
    if (!passes(login.app_version)) return DROP;
    const processed = schemas.frame(markProcessed(unframed(value), login));
    return emit(processed, latestOf(login));
  };
}

/** @returns whether a value is no JSON because its schema, whose id is in a header, is of another format */
function hasSchemaIdHeader(
  value: Buffer,
  reason: Reason,
  headers: ConsumedRecord['headers'] = [],
): boolean {
  if (reason !== 'invalid_utf8' && reason !== 'invalid_json') return false;
  return !beginsAsJson(value) && lastHeader(headers, SCHEMA_ID_HEADER) !== undefined;
}

/** The latest login of a user: whatever the case of their id, by when they logged in. */
export function latestOfUser(login: Login): LatestKey {
  return { key: login.user_id.toLowerCase(), time: eventTimeMs(login) };
}
