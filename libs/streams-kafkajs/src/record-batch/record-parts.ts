import type { FetchedRecord, ReadLimits, RecordPart } from '@login-pipeline/streams';
import { DamageError } from '@login-pipeline/streams';
import { ByteReader } from './byte-reader.ts';
import { FetchedHeaders, skipHeaders } from './headers.ts';
import { PartWindow } from './part-window.ts';
import type { RecordContext } from './record-view.ts';
import { skipRecord, timestampOf } from './record-view.ts';
import { StoredRecords } from './stored-records.ts';

/** What is in front of a record's key at most: varints of 5, 10, 5 and 5 bytes, and the attributes. */
const LONGEST_HEAD = 26;
const LONGEST_VARINT = 5;
/** What is longer than this is passed over. */
const NONE = 0;

const CUT_OFF = 'its records are cut off';

/** A batch whose records are too many, or too large, to be had at once. */
export interface LargeBatch {
  readonly context: Omit<RecordContext, 'reader'>;
  /** Its records' bytes, uncompressed, in parts of any size. */
  readonly bytes: AsyncIterable<Buffer>;
  readonly count: number;
  /** Records before this position, counted from the batch's first offset, are left out. */
  readonly minDelta: number;
}

/**
 * Reads the records of a large batch while it is decompressed, keeping no more than a part and a record. Of a record
 * that is over the limits the value is left out, and key or headers where they are too large themselves.
 *
 * @throws DamageError when the bytes are no such records; the records before have been given then
 */
export async function* recordParts(
  { context, bytes, count, minDelta }: LargeBatch,
  limits: ReadLimits,
): AsyncGenerator<RecordPart> {
  const largest = limits.valueBytes + limits.keyBytes + limits.headersBytes;
  const window = new PartWindow(bytes, limits.batchBytes);
  try {
    for (let left = count; left > 0;) {
      const start = window.position;
      const reader = new ByteReader(window.bytes);
      reader.position = start;
      const most = Math.min(left, limits.pieceRecords);
      const { starts, passed } = passRecords(reader, { most, largest, minDelta });
      left -= passed;
      window.position = reader.position;
      if (starts.length > 0) {
        const records = new StoredRecords({ ...context, reader }, starts);
        yield { records, bytes: reader.position - start };
      }
      if (left === 0 || passed === most) continue;
      const length = lengthAt(window);
      if (length > largest) {
        left -= 1;
        const { record, delta } = await readLarge(window, context, limits);
        if (delta >= minDelta) yield { records: [record], bytes: limits.keyBytes };
      } else if (!(await window.more(LONGEST_VARINT + length))) {
        throw new DamageError(CUT_OFF);
      }
    }
    if (window.left > 0 || (await window.more())) {
      throw new DamageError('it holds more bytes than its records');
    }
  } finally {
    await window.close();
  }
}

/** Passes over the records that are there to their ends, up to one that is too large. */
function passRecords(
  reader: ByteReader,
  {
    most,
    largest,
    minDelta,
  }: { readonly most: number; readonly largest: number; readonly minDelta: number },
): { readonly starts: Uint32Array; readonly passed: number } {
  const { bytes } = reader;
  const starts: number[] = [];
  let passed = 0;
  while (passed < most && reader.position < bytes.length) {
    const start = reader.position;
    const length = reader.varint();
    const end = reader.position + length;
    reader.position = start;
    // A varint that is cut off says too little.
    if (length > largest || end > bytes.length || !isWhole(bytes, start)) break;
    if (skipRecord(reader) >= minDelta) starts.push(start);
    passed += 1;
  }
  return { starts: Uint32Array.from(starts), passed };
}

/** @returns whether the varint that begins here also ends */
function isWhole(bytes: Buffer, start: number): boolean {
  for (let position = start; position < bytes.length; position += 1) {
    if ((bytes[position] ?? 0) < 0x80) return true;
  }
  return false;
}

/** @returns the length of the record that begins at the window's position; 0 where that is not there yet */
function lengthAt({ bytes, position }: PartWindow): number {
  if (!isWhole(bytes, position)) return 0;
  const reader = new ByteReader(bytes);
  reader.position = position;
  return reader.varint();
}

async function readLarge(
  window: PartWindow,
  context: LargeBatch['context'],
  limits: ReadLimits,
): Promise<{ readonly record: FetchedRecord; readonly delta: number }> {
  await window.atLeast(LONGEST_HEAD);
  const head = new ByteReader(window.bytes);
  head.position = window.position;
  let left = head.varint();
  const begin = head.position;
  head.position += 1;
  const timestamp = timestampOf(context, head.varlong());
  const delta = head.varint();
  const keyLength = head.varint();
  left -= head.position - begin;
  window.position = head.position;
  let omittedBytes = 0;

  const take = async (length: number, most: number): Promise<Buffer | undefined> => {
    if (length > left) throw new DamageError('a record does not fill its length');
    left -= length;
    if (length > most) {
      omittedBytes += length;
      await window.skip(length);
      return undefined;
    }
    await window.atLeast(length);
    if (window.left < length) throw new DamageError(CUT_OFF);
    // A copy: a view would keep all of the part.
    const taken = Buffer.from(window.bytes.subarray(window.position, window.position + length));
    window.position += length;
    return taken;
  };

  const key = keyLength < 0 ? null : ((await take(keyLength, limits.keyBytes)) ?? null);
  await window.atLeast(LONGEST_VARINT);
  const length = new ByteReader(window.bytes);
  length.position = window.position;
  const valueLength = length.varint();
  left -= length.position - window.position;
  window.position = length.position;
  // Also where the key or the headers are what is too large: without them it is another record.
  if (valueLength > 0) await take(valueLength, NONE);
  if (left < 0) throw new DamageError('a record does not fill its length');
  const headers = await take(left, limits.headersBytes);
  const offset = String(context.baseOffset + delta);
  const record = {
    key,
    value: null,
    offset,
    timestamp,
    attributes: 0,
    headers: headers && headersOf(headers),
    omittedBytes,
  };
  return { record, delta };
}

function headersOf(bytes: Buffer): FetchedRecord['headers'] {
  const reader = new ByteReader(bytes);
  skipHeaders(reader, bytes.length);
  if (reader.position !== bytes.length) {
    throw new DamageError('a record does not fill its length');
  }
  return bytes[0] === 0 ? undefined : new FetchedHeaders(bytes);
}
