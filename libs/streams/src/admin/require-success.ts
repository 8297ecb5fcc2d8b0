import { ProtocolError } from '../cluster/protocol-error.ts';
import type { ErrorName } from '../protocol/errors.ts';

/**
 * @param subject what was asked, and about what
 * @param message what the broker says of it, if anything
 * @throws ProtocolError for any error
 */
export function requireSuccess(error: ErrorName, subject: string, message = ''): void {
  if (error === 'NONE') return;
  // Of a right that is missing it says nothing but who asked, with addresses.
  const isKept = message !== '' && !error.endsWith('_AUTHORIZATION_FAILED');
  throw new ProtocolError(error, subject, isKept ? message : undefined);
}
