/** The last time that a Date can hold, epoch ms. */
const LAST_MS = 8_640_000_000_000_000n;

/** @param ms epoch ms, perhaps a record's, which may be any number */
export function timeText(ms: bigint): string {
  const isTime = ms >= -LAST_MS && ms <= LAST_MS;
  return isTime ? new Date(Number(ms)).toISOString() : `${ms} ms`;
}
