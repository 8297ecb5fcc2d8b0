import type { IHeaders } from 'kafkajs';

/** Values of each header as hexadecimal bytes, names in order: equal texts mean equal headers. */
function canonical(headers: IHeaders): string {
  const names = Object.keys(headers).toSorted();
  return names
    .flatMap((name) => valuesOf(headers, name).map((value) => `${name}=${hex(value)}`))
    .join();
}

/** @returns whether both hold the same names with the same values in the same order */
export function sameHeaders(one: IHeaders = {}, other: IHeaders = {}): boolean {
  return canonical(one) === canonical(other);
}

/** @returns whether both are the same bytes, or both absent */
export function sameBytes(one: Buffer | null, other: Buffer | null): boolean {
  return one === null || other === null ? one === other : one.equals(other);
}

/** @returns all values of one header, first to last */
export function valuesOf(headers: IHeaders, name: string): readonly (Buffer | string)[] {
  return [headers[name] ?? []].flat();
}

function hex(value: Buffer | string): string {
  return Buffer.from(value).toString('hex');
}
