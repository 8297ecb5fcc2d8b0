import type { ConsumedRecord, LatestKey, Outcome } from '@login-pipeline/streams';
import { deadLetter, DROP, emit } from '@login-pipeline/streams';
import { foreignFrameOf, hasWideId, schemaIdOf, unframed } from '@login-pipeline/registry';
import type { Schemas } from '@login-pipeline/registry';
import { decodeLogin, eventTimeMs, markProcessed } from '@login-pipeline/schema';
import type { Login, Reason } from '@login-pipeline/schema';

/** What becomes of one record of the login topic: pure, and never throws for what a record holds. */
export type LoginPipeline = (record: ConsumedRecord) => Outcome<Reason>;

/**
 * The path of a login: decode and validate, filter, transform. A new rule is a new line here.
 *
 * @param passes the filter
 * @param schemas prepared for the record's batch
 * @param latestOf the user whose latest login it may be; default: latest logins are not kept
 */
export function loginPipeline(
  passes: (login: Login) => boolean,
  schemas: Pick<Schemas, 'isKnown' | 'frame'>,
  latestOf: (login: Login) => LatestKey | undefined = () => undefined,
): LoginPipeline {
  return ({ value, headers }) => {
    if (value === null) return deadLetter('null_value', 'decode');
    const schemaId = schemaIdOf(value);
    if (schemaId !== undefined && !schemas.isKnown(schemaId)) {
      return deadLetter(hasWideId(value) ? 'framed_apicurio' : 'unknown_schema_id', 'decode');
    }
    const text = unframed(value);
    const login = decodeLogin(text);
    if (typeof login === 'string') {
      const frame = isNoJson(login) ? foreignFrameOf(value, headers) : undefined;
      return deadLetter(frame ?? login, 'decode');
    }
    if (!passes(login)) return DROP;
    return emit(schemas.frame(markProcessed(text, login)), latestOf(login));
  };
}

/** @returns whether a frame may be why */
function isNoJson(reason: Reason): boolean {
  return reason === 'invalid_utf8' || reason === 'invalid_json';
}

/** The latest login of a user: whatever the case of their id, by when they logged in. */
export function latestOfUser(login: Login): LatestKey {
  return { key: login.user_id.toLowerCase(), time: eventTimeMs(login) };
}
