import type { ConsumedRecord, Outcome } from '@login-pipeline/pipeline';
import { deadLetter, DROP, emit } from '@login-pipeline/pipeline';
import type { Reason } from '@login-pipeline/schema';
import { decodeLogin, markProcessed } from '@login-pipeline/schema';

/** What becomes of one record of the login topic: pure, and never throws for what a record holds. */
export type LoginPipeline = (record: ConsumedRecord) => Outcome<Reason>;

/**
 * The path of a login: decode and validate, filter, transform. A new rule is a new line here.
 *
 * @param passes the filter, by the app's version
 */
export function loginPipeline(passes: (appVersion: string) => boolean): LoginPipeline {
  return ({ value }) => {
    if (value === null) return deadLetter('null_value', 'decode');
    const login = decodeLogin(value);
    if (typeof login === 'string') return deadLetter(login, 'decode');
    if (!passes(login.app_version)) return DROP;
    return emit(markProcessed(value, login));
  };
}
