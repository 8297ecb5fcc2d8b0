import { UnreadableBatchError } from '@login-pipeline/streams';
import { crc32c } from '@node-rs/crc32';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { ATTRIBUTE, FIELD } from './batch-format.ts';
import { writeBatch } from './index.ts';
import { batchOf, forged, marker } from './testing/batches.ts';
import type { Fetched } from './testing/fetch.ts';
import { fetch } from './testing/fetch.ts';

declare const FUZZ_RUNS: number;
const RUNS = FUZZ_RUNS || 20_000;

describe('A damaged batch', () => {
  it('is refused with its place and the way out', async () => {
    const batch = await batchOf(17, ['a']);
    batch[65] = 0xff;
    const error: unknown = await fetch(batch, { fetchedOffset: 17 }).catch(
      (thrown: unknown) => thrown,
    );
    expect(error).toBeInstanceOf(UnreadableBatchError);
    expect(error).toMatchObject({ place: { offset: 17, lastOffset: undefined } });
    expect((error as Error).message).toBe(
      'The record batch at offset 17 of partition 3 of topic "logins" cannot be read: its checksum does not match its bytes',
    );
  });

  it('comes after what is whole before it, and then holds up its partition', async () => {
    const second = await batchOf(1, ['b']);
    second[65] = 0xff;
    const bytes = Buffer.concat([await batchOf(0, ['a']), second, await batchOf(2, ['c'])]);
    const { end, records } = await fetch(bytes);
    expect(records.map(({ offset }) => offset)).toEqual(['0']);
    expect(end).toBe(1);
    await expect(fetch(bytes, { fetchedOffset: 1 })).rejects.toThrow(/offset 1 .*checksum/);
  });

  it('says where it ends when its checksum holds, or the next one begins there', async () => {
    const known = { place: { offset: 17, lastOffset: 18 } };
    const unknown = { place: { offset: 17, lastOffset: undefined } };
    const end = async (batch: Buffer, next?: number): Promise<unknown> => {
      const behind = next === undefined ? Buffer.alloc(0) : await batchOf(next, ['c']);
      return fetch(Buffer.concat([batch, behind]), { fetchedOffset: 17 }).catch(
        (thrown: unknown) => thrown,
      );
    };
    const strange = forged(await batchOf(17, ['a', 'b']), (batch) =>
      batch.writeInt16BE(5, FIELD.attributes),
    );
    expect(await end(strange)).toMatchObject(known);

    const damaged = await batchOf(17, ['a', 'b']);
    damaged[65] = 0xff;
    expect(await end(damaged, 19)).toMatchObject(known);
    expect(await end(damaged)).toMatchObject(unknown);
    damaged.writeInt32BE(65_537, FIELD.lastOffsetDelta);
    expect(await end(damaged, 19)).toMatchObject(unknown);
  });

  it.each<[string, (batch: Buffer) => void]>([
    ['has a negative end', (batch) => batch.writeInt32BE(-1, FIELD.lastOffsetDelta)],
    ['has more records than offsets', (batch) => batch.writeInt32BE(9, FIELD.count)],
    ['begins nowhere', (batch) => batch.writeBigInt64BE(-1n, FIELD.baseOffset)],
  ])('does not say where it ends when its header %s', async (_, change) => {
    const batch = await batchOf(17, ['a']);
    change(batch);
    batch.writeInt8(3, FIELD.magic);
    await expect(fetch(batch, { fetchedOffset: 17 })).rejects.toMatchObject({
      place: { lastOffset: undefined },
    });
  });

  it.each<[string, (batch: Buffer) => void]>([
    ['it is cut off', (batch) => batch.writeInt32BE(1_000, FIELD.length)],
    ['it is shorter than its header', (batch) => batch.writeInt32BE(-1, FIELD.length)],
    ['its format is 3', (batch) => batch.writeInt8(3, FIELD.magic)],
    ['its codec 5 is not known', (batch) => batch.writeInt16BE(5, FIELD.attributes)],
    ['gzip cannot decompress it', (batch) => batch.writeInt16BE(1, FIELD.attributes)],
    ['its header is damaged', (batch) => batch.writeInt32BE(-1, FIELD.lastOffsetDelta)],
    ['its header is damaged', (batch) => batch.writeInt32BE(-1, FIELD.count)],
    ['its offset is damaged', (batch) => batch.writeBigInt64BE(-1n, FIELD.baseOffset)],
    ['its offset is damaged', (batch) => batch.writeBigInt64BE(2n ** 60n, FIELD.baseOffset)],
    ['it holds more bytes than its records', (batch) => batch.writeInt32BE(0, FIELD.count)],
    ['its records are cut off', (batch) => batch.writeInt32BE(2 ** 31 - 1, FIELD.count)],
    ['a record does not fill its length', (batch) => batch.writeInt8(2, FIELD.records)],
    ['a varint is longer than five bytes', (batch) => batch.fill(0xff, FIELD.records, 67)],
    ['a varlong is longer than ten bytes', (batch) => batch.fill(0xff, FIELD.records + 2)],
  ])('is reported when %s', async (reason, change) => {
    const batch = await writeBatch([{ value: 'a value of some length', timestamp: '1' }], 0);
    await expect(fetch(forged(batch, change))).rejects.toThrow(reason);
  });

  it('is reported when a header has no name, or does not end', async () => {
    const written = await writeBatch([{ value: 'x', timestamp: '1', headers: [['ab', 'c']] }], 0);
    const name = written.lastIndexOf('ab') - 1;
    await expect(fetch(forged(written, (batch) => batch.writeInt8(1, name)))).rejects.toThrow(
      'a header has no name',
    );
    await expect(fetch(forged(written, (batch) => batch.writeInt8(126, name)))).rejects.toThrow(
      'the headers are longer than their record',
    );
  });

  it('is reported when a marker says nothing', async () => {
    const control = forged(await batchOf(0, ['x']), (batch) =>
      batch.writeInt16BE(ATTRIBUTE.control, FIELD.attributes),
    );
    await expect(fetch(control)).rejects.toThrow('its control record has no type');
  });
});

describe('Any bytes', () => {
  /** What was meant, compressed and not, with headers, markers and several batches. */
  const valid = async (): Promise<Buffer[]> => {
    const records = Array.from({ length: 3 }, (_, index) => ({
      key: `k${index}`,
      value: 'login '.repeat(5 * index),
      headers: [
        ['a', 'b'],
        ['d', ''],
        ['a', 'c'],
      ] as const,
      timestamp: String(1_700_000_000_000 + index * 2 ** 29),
    }));
    const compressed = [0, 1, 2, 3, 4].map((codec) => writeBatch(records, codec));
    const several = [await batchOf(0, ['a', 'b']), await marker('commit', 2)];
    return [...(await Promise.all(compressed)), Buffer.concat(several)];
  };

  const mutation = fc.record({
    which: fc.nat({ max: 5 }),
    changes: fc.array(fc.tuple(fc.nat({ max: 400 }), fc.nat({ max: 255 })), {
      minLength: 1,
      maxLength: 4,
    }),
    length: fc.oneof({ weight: 4, arbitrary: fc.constant(400) }, fc.nat({ max: 400 })),
    checksum: fc.boolean(),
  });

  /** Looks at everything an application can see. */
  const readAll = ({ records }: Fetched): number =>
    records.reduce(
      (sum, { offset, timestamp, key, value, headers }) =>
        sum +
        (key?.length ?? 0) +
        (value?.length ?? 0) +
        offset.length +
        String(timestamp).length +
        Object.keys(headers ?? {}).length,
      0,
    );

  it('are either read or refused with the one error, and never more than they hold', async () => {
    const originals = await valid();
    let refused = 0;
    await fc.assert(
      fc.asyncProperty(mutation, async ({ which, changes, length, checksum }) => {
        const bytes = Buffer.from(originals[which] ?? []).subarray(0, length);
        for (const [index, byte] of changes) if (index < bytes.length) bytes[index] = byte;
        if (checksum && bytes.length > FIELD.records) {
          bytes.writeUInt32BE(crc32c(bytes.subarray(FIELD.attributes)), FIELD.crc);
        }
        try {
          readAll(await fetch(bytes));
        } catch (error) {
          if (!(error instanceof UnreadableBatchError)) throw error;
          refused += 1;
        }
      }),
      { numRuns: RUNS },
    );
    expect(refused).toBeGreaterThan(RUNS / 4);
  }, 3_600_000);
});
