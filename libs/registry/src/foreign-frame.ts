import { lastHeader } from '@login-pipeline/streams';
import type { RecordHeaders } from '@login-pipeline/streams';
import { schemaIdOf, unframed } from './frame.ts';

/** Frames that are not read: what other serializers put before, or in place of, the JSON. */
export type ForeignFrame =
  'framed_not_json' | 'framed_apicurio' | 'framed_guid' | 'framed_glue' | 'framed_avro';

/** A header of Confluent's serializers: the schema's id is here, not in the value. */
const SCHEMA_ID_HEADER = '__value_schema_id';

/** How many bytes stand before the payload. */
const BYTES = { apicurio: 9, guid: 17, glue: 18, avro: 10 } as const;

/** What a JSON text begins with, and, as it is so often there, the byte order mark, which is another fault. */
const JSON_START = new Set(
  '{["-0123456789tfn \t\r\n\u00ef'.split('').map((it) => it.charCodeAt(0)),
);

/**
 * Names the frame of a value that is no JSON as it is. Only for what was refused already: some of
 * these bytes could be JSON.
 *
 * @returns undefined where none is seen
 */
export function foreignFrameOf(
  value: Buffer,
  headers: RecordHeaders = [],
): ForeignFrame | undefined {
  return frameIn(value) ?? (hasIdInHeader(value, headers) ? 'framed_guid' : undefined);
}

/**
 * @returns whether the value has no frame and does not begin as JSON, because its schema, named by
 *   a header, is of another format
 */
function hasIdInHeader(value: Buffer, headers: RecordHeaders): boolean {
  const isPlain = schemaIdOf(value) === undefined && !startsJson(value, 0);
  return isPlain && lastHeader(headers, SCHEMA_ID_HEADER) !== undefined;
}

function frameIn(value: Buffer): ForeignFrame | undefined {
  switch (value[0] ?? -1) {
    case 0x00:
      return hasWideId(value) ? 'framed_apicurio' : unreadable(value);
    case 0x01:
      // 16 bytes that are a UUID (RFC 9562), or JSON behind them.
      return value.length >= BYTES.guid &&
        (isUuid(value.subarray(1)) || startsJson(value, BYTES.guid))
        ? 'framed_guid'
        : undefined;
    case 0x03:
      // AWS Glue: a version, whether the payload is compressed, and the UUID of the schema's version.
      return value.length >= BYTES.glue && (value[1] === 0 || value[1] === 5)
        ? 'framed_glue'
        : undefined;
    case 0xc3:
      // Avro 1.11, "Single-object encoding": a marker, and the fingerprint of the schema.
      return value.length >= BYTES.avro && value[1] === 0x01 ? 'framed_avro' : undefined;
    case 0x4f:
      // Avro 1.11, "Object Container Files".
      return value.toString('latin1', 0, 4) === 'Obj\u0001' ? 'framed_avro' : undefined;
    default:
      return undefined;
  }
}

/** Ids of eight bytes, which count from one: the first four are zero, which is no id of four. */
export function hasWideId(value: Buffer): boolean {
  return value.length >= BYTES.apicurio && value[0] === 0 && value.readInt32BE(1) === 0;
}

/** A frame of this format, and behind it neither JSON nor another such frame with JSON. */
function unreadable(value: Buffer): ForeignFrame | undefined {
  const payload = unframed(value);
  // A zero byte and a brace are also how JSON in UTF-16 begins.
  if (payload === value || (value[1] === 0x7b && value[2] === 0)) return undefined;
  const inner = unframed(payload);
  return startsJson(payload, 0) || (inner !== payload && inner[0] === 0x7b)
    ? undefined
    : 'framed_not_json';
}

function startsJson(value: Buffer, start: number): boolean {
  return JSON_START.has(value[start] ?? -1);
}

function isUuid(bytes: Buffer): boolean {
  const version = (bytes[6] ?? 0) >> 4;
  return version >= 1 && version <= 8 && (bytes[8] ?? 0) >> 6 === 2;
}
