/** Why a registry ends a service, and the kind of fault that it is: programs and runbooks ask for these codes. */
export const ERROR_CODES = {
  REGISTRY_MISSING: 'unavailable',
  REGISTRY_NOT_AUTHORIZED: 'unavailable',
  REGISTRY_REFUSED: 'unavailable',
  SCHEMA_INCOMPATIBLE: 'unavailable',
} as const;

/** The registry gave no answer that counts: away, overloaded, or it refuses the credentials. Later it may give one. */
export class RegistryUnavailableError extends Error {
  override readonly name = 'RegistryUnavailableError';
  readonly code = 'REGISTRY_UNAVAILABLE';
}

/** The registry said no, and would again. The message names the setting and the fix. */
export class RegistryRefusedError extends Error {
  override readonly name = 'RegistryRefusedError';
  readonly fault = 'unavailable';
  readonly code: keyof typeof ERROR_CODES;

  constructor(code: keyof typeof ERROR_CODES, message: string) {
    super(message);
    this.code = code;
  }
}
