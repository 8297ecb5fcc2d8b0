import { foreignFrameOf } from './foreign-frame.ts';
import type { ForeignFrame } from './foreign-frame.ts';
import { unframed } from './frame.ts';
import type { Login, ProcessedLogin } from './login.ts';
import { parsedLogin, parsedProcessedLogin } from './parsed-login.ts';
import { plainLogin, plainProcessedLogin } from './plain-login.ts';
import type { ProcessedReason, Reason } from './reason.ts';

/**
 * Decodes a record's value, plain or framed, as a login; never throws. What sources usually send is read as it lies
 * there; all else is parsed, and only parsing refuses.
 *
 * @returns the login (an object), or the reason (a string) why the value is none. The first faulty member, in the
 * schema's order, gives the reason; a missing member has the same reason as a faulty one.
 */
export function decodeLogin(value: Buffer | null): Login | Reason {
  if (value === null) return 'null_value';
  const text = unframed(value);
  const login = plainLogin(text) ?? parsedLogin(text);
  return typeof login === 'string' ? reasonOf(value, login) : login;
}

/** Like {@link decodeLogin}, for processed logins; the mark is the last member looked at. */
export function decodeProcessedLogin(value: Buffer | null): ProcessedLogin | ProcessedReason {
  if (value === null) return 'null_value';
  const text = unframed(value);
  const login = plainProcessedLogin(text) ?? parsedProcessedLogin(text);
  return typeof login === 'string' ? reasonOf(value, login) : login;
}

/** @returns the name of the frame that a value has, where that is why it is no JSON */
function reasonOf<R extends ProcessedReason>(value: Buffer, reason: R): R | ForeignFrame {
  const isJson = reason !== 'invalid_utf8' && reason !== 'invalid_json';
  return isJson ? reason : (foreignFrameOf(value) ?? reason);
}
