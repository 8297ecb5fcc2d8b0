/** @returns what was thrown, as an error; those of another realm are errors, too */
export function asError(thrown: unknown): Error {
  const isError =
    thrown instanceof Error ||
    (typeof thrown === 'object' && thrown !== null && 'message' in thrown && 'stack' in thrown);
  return isError ? (thrown as Error) : new Error(String(thrown));
}

/** @returns what an error says; of several, where a name has several addresses, what each one says */
export function errorText(error: Error): string {
  if ('errors' in error && Array.isArray(error.errors) && error.message === '') {
    return error.errors.map((one: unknown) => errorText(asError(one))).join('; ');
  }
  return error.message;
}
