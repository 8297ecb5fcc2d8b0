import { ProtocolError } from '@login-pipeline/streams';

/** What was looked at, or why brokers did not let it be. */
export type Look<Found> =
  | { readonly found: Found }
  | {
      /** What they answered. */
      readonly refusal: string;
      /** Whether a right is missing. */
      readonly isUnauthorized: boolean;
    };

/** @throws whatever is no refusal */
export async function look<Found>(ask: () => Promise<Found>): Promise<Look<Found>> {
  try {
    return { found: await ask() };
  } catch (error) {
    if (!(error instanceof ProtocolError)) throw error;
    const isUnauthorized = error.code.endsWith('_AUTHORIZATION_FAILED');
    return { refusal: error.message, isUnauthorized };
  }
}
