import type { Login, ProcessedLogin } from './login.ts';
import { parsedLogin, parsedProcessedLogin } from './parsed-login.ts';
import { plainLogin, plainProcessedLogin } from './plain-login.ts';
import type { ProcessedReason, Reason } from './reason.ts';

/**
 * Decodes a text as a login; never throws. What sources usually send is read as it lies there; all else is parsed, and
 * only parsing refuses.
 *
 * @param text a record's value, without the frame that a serializer may have put before it
 * @returns the login (an object), or the reason (a string) why the text is none. The first faulty member, in the
 * schema's order, gives the reason; a missing member has the same reason as a faulty one.
 */
export function decodeLogin(text: Buffer | null): Login | Reason {
  if (text === null) return 'null_value';
  return plainLogin(text) ?? parsedLogin(text);
}

/** Like {@link decodeLogin}, for processed logins; the mark is the last member looked at. */
export function decodeProcessedLogin(text: Buffer | null): ProcessedLogin | ProcessedReason {
  if (text === null) return 'null_value';
  return plainProcessedLogin(text) ?? parsedProcessedLogin(text);
}
