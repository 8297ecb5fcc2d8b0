/** The registry gave no answer that counts: away, overloaded, or it does not let us in. Later it may. */
export class RegistryUnavailableError extends Error {
  override readonly name = 'RegistryUnavailableError';
}

/** The registry said no, and would again: EX_UNAVAILABLE. The message names the setting and the fix. */
export class RegistryRefusedError extends Error {
  override readonly name = 'RegistryRefusedError';
  readonly exitCode = 69;
}
