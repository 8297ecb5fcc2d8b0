import type { ConsumedRecord, LatestKey, Outcome } from '@login-pipeline/pipeline';
import { deadLetter, DROP, emit } from '@login-pipeline/pipeline';
import type { Schemas } from '@login-pipeline/registry';
import type { Login, Reason } from '@login-pipeline/schema';
import {
  decodeLogin,
  eventTimeMs,
  markProcessed,
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
  return ({ value }) => {
    if (value === null) return deadLetter('null_value', 'decode');
    const schemaId = schemaIdOf(value);
    if (schemaId !== undefined && !schemas.isKnown(schemaId)) {
      return deadLetter('unknown_schema_id', 'decode');
    }
    const login = decodeLogin(value);
    if (typeof login === 'string') return deadLetter(login, 'decode');
    if (!passes(login.app_version)) return DROP;
    const processed = schemas.frame(markProcessed(unframed(value), login));
    return emit(processed, latestOf(login));
  };
}

/** The latest login of a user: whatever the case of their id, by when they logged in. */
export function latestOfUser(login: Login): LatestKey {
  return { key: login.user_id.toLowerCase(), time: eventTimeMs(login) };
}
