/** Why a service does not start, besides what its parts say, and the kind of fault that it is. */
export const ERROR_CODES = {
  HTTP_ADDRESS_UNUSABLE: 'settings',
  NODE_TOO_OLD: 'settings',
} as const;

/** A service cannot start. The message names the setting or program, and the fix. */
export class StartError extends Error {
  override readonly name = 'StartError';
  readonly fault = 'settings';
  readonly code: keyof typeof ERROR_CODES;

  constructor(code: keyof typeof ERROR_CODES, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}
