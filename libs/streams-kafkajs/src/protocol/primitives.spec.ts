import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { RequestWriter } from './request-writer.ts';
import { ResponseReader } from './response-reader.ts';

declare const FUZZ_RUNS: number;
const RUNS = FUZZ_RUNS || 1_000;

/** One primitive of each kind, with what writes and reads it. */
const primitive = fc.oneof(
  kind(fc.integer({ min: -128, max: 127 }), 'int8', 'int8'),
  kind(fc.integer({ min: -32_768, max: 32_767 }), 'int16', 'int16'),
  kind(fc.integer(), 'int32', 'int32'),
  kind(fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }), 'int64', 'int64'),
  kind(fc.boolean(), 'bool', 'bool'),
  kind(fc.nat({ max: 0xffff_ffff }), 'unsignedVarint', 'unsignedVarint'),
  kind(fc.string({ unit: 'binary', maxLength: 300 }), 'string', 'string'),
  kind(fc.option(fc.string(), { nil: undefined }), 'nullableString', 'nullableString'),
  kind(fc.stringMatching(/^[0-9a-f]{32}$/), 'uuid', 'uuid'),
  kind(
    fc.uint8Array({ maxLength: 2_000 }).map((bytes) => Buffer.from(bytes)),
    'bytes',
    'bytes',
  ),
);

interface Primitive {
  readonly value: unknown;
  readonly write: (writer: RequestWriter) => void;
  readonly read: (reader: ResponseReader) => unknown;
}

type Writes<Value> = {
  [Name in keyof RequestWriter]: RequestWriter[Name] extends (value: Value) => void ? Name : never;
}[keyof RequestWriter];

type Reads = Exclude<keyof ResponseReader, 'left' | 'array' | 'groups' | 'topics' | 'end'>;

function kind<Value>(
  values: fc.Arbitrary<Value>,
  write: Writes<Value>,
  read: Reads,
): fc.Arbitrary<Primitive> {
  return values.map((value) => ({
    value,
    write: (writer) => {
      (writer[write] as (value: Value) => void).call(writer, value);
    },
    read: (reader) => reader[read](),
  }));
}

function written(write: (writer: RequestWriter) => void): Buffer {
  const writer = new RequestWriter();
  write(writer);
  return Buffer.concat(writer.finish());
}

describe('Primitives', () => {
  it('are read as they were written, one after another', () => {
    fc.assert(
      fc.property(fc.array(primitive, { maxLength: 60 }), (primitives) => {
        const bytes = written((writer) => {
          for (const { write } of primitives) write(writer);
        });
        expect(bytes.readInt32BE(0)).toBe(bytes.length - 4);
        const reader = new ResponseReader(bytes.subarray(4));
        expect(primitives.map(({ read }) => read(reader))).toEqual(
          primitives.map(({ value }) => value),
        );
        expect(reader.left).toBe(0);
      }),
      { numRuns: RUNS },
    );
  });

  it.each([
    [0, '00'],
    [127, '7f'],
    [128, '8001'],
    [16_384, '808001'],
    [0xffff_ffff, 'ffffffff0f'],
  ])('have %d as the unsigned varint %s', (value, hex) => {
    const bytes = written((writer) => {
      writer.unsignedVarint(value);
    });
    expect(bytes.subarray(4).toString('hex')).toBe(hex);
    expect(new ResponseReader(bytes.subarray(4)).unsignedVarint()).toBe(value);
  });

  it.each(['string', 'classicString', 'uuid'] as const)('%s may begin another buffer', (kindOf) => {
    const text = 'ab'.repeat(16);
    for (let before = 460; before < 520; before += 1) {
      const bytes = written((writer) => {
        for (let count = 0; count < before; count += 1) writer.int8(1);
        writer[kindOf](text);
        writer.int8(2);
      });
      const encoded = kindOf === 'uuid' ? Buffer.from(text, 'hex') : Buffer.from(text);
      expect(bytes.subarray(-1 - encoded.length)).toEqual(Buffer.concat([encoded, Buffer.of(2)]));
      expect(bytes.readInt32BE(0)).toBe(bytes.length - 4);
    }
  });

  it('that are large are passed on as they are', () => {
    const writer = new RequestWriter();
    const large = Buffer.alloc(100_000);
    writer.int32(1);
    writer.bytes(large);
    writer.int32(2);
    expect(writer.finish()).toContain(large);
  });

  it('past the end of what came are refused, whatever came', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 60 }), (bytes) => {
        const reader = new ResponseReader(Buffer.from(bytes));
        try {
          reader.topics(() => {
            reader.nullableString();
            reader.end();
          });
        } catch (error) {
          expect(error).toMatchObject({ name: 'ResponseDamageError' });
        }
      }),
      { numRuns: RUNS },
    );
  });

  it('that are tagged are passed over, but for those that are known', () => {
    const reader = (): ResponseReader =>
      new ResponseReader(Buffer.from('02' + '0002aaaa' + '0702' + '0102' + '05', 'hex'));
    const passing = reader();
    passing.end();
    expect(passing.int8()).toBe(5);
    const reading = reader();
    let seven = 0;
    reading.end((tag) => {
      if (tag === 7) seven = reading.int16();
      return tag === 7;
    });
    expect([seven, reading.int8()]).toEqual([0x0102, 5]);
    const lying = reader();
    expect(() => {
      lying.end((tag) => tag === 7 && lying.int8() > 0);
    }).toThrow('another size');
  });
});
