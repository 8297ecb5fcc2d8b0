/** @returns the member at a path such as `kafka.ssl`; of a secret, its text */
export function memberOf(settings: object, path: string): unknown {
  const found = path
    .split('.')
    .reduce<unknown>((value, name) => (value as Record<string, unknown>)[name], settings);
  return typeof found === 'function' ? (found as () => unknown)() : found;
}
