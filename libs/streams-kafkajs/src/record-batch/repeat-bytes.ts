/** Up to it a loop is quicker than a call. */
const SHORT = 16;

/**
 * Repeats what has been written: both LZ4 and Snappy tell bytes by where they stood before. A copy
 * that is longer than its distance repeats itself.
 *
 * @throws RangeError when there are no such bytes, or no room
 */
export function repeatBytes(out: Buffer, at: number, distance: number, length: number): void {
  const from = at - distance;
  if (distance <= 0 || from < 0) throw new RangeError('a copy begins before the data');
  if (at + length > out.length) throw new RangeError('more comes out than is stated');
  if (length <= SHORT) {
    for (let index = 0; index < length; index += 1) out[at + index] = out[from + index] ?? 0;
    return;
  }
  if (distance === 1) {
    out.fill(out[from] ?? 0, at, at + length);
    return;
  }
  // What is there after a step is a whole number of repetitions: the next step may take all of it.
  let done = Math.min(distance, length);
  out.copyWithin(at, from, from + done);
  while (done < length) {
    const step = Math.min(done, length - done);
    out.copyWithin(at + done, at, at + step);
    done += step;
  }
}

/** Copies bytes as they are. @throws RangeError when they are cut off, or there is no room */
export function copyBytes(
  source: Buffer,
  from: number,
  { out, at, length }: { readonly out: Buffer; readonly at: number; readonly length: number },
): void {
  if (from + length > source.length) throw new RangeError('a block is cut off');
  if (at + length > out.length) throw new RangeError('more comes out than is stated');
  source.copy(out, at, from, from + length);
}
