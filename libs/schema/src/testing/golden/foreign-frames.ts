import { login } from './login-text.ts';
import type { Row } from './row.ts';

const UUID = '0195f5c27a6b4c3d8e9f001122334455';
const AVRO = '48343234636464323106';

/** What other registries and serializers write. */
export const FOREIGN_FRAMES: readonly Row[] = [
  [
    'Avro in a frame',
    hex('0000000007', AVRO),
    'framed_not_json',
    'the frame is known, Avro is not',
  ],
  [
    'message indexes in a frame',
    framed('000000000700'),
    'framed_not_json',
    'only Protobuf has indexes between the id and the value',
  ],
  ['id of eight bytes', framed('000000000000000007'), 'framed_apicurio', 'as Apicurio has it'],
  [
    'Avro after an id of eight bytes',
    hex('000000000000000007', AVRO),
    'framed_apicurio',
    'the same',
  ],
  ['GUID', framed('01', UUID), 'framed_guid', 'a byte 1 and 16 more'],
  ['Avro after a GUID', hex('01', UUID, AVRO), 'framed_guid', 'version and variant of a UUID'],
  ['Glue', framed('0300', UUID), 'framed_glue', 'not compressed'],
  ['Glue, compressed', hex('0305', UUID, '789c030000000001'), 'framed_glue', 'with zlib'],
  [
    'Avro, single object',
    hex('c301', '0102030405060708', AVRO),
    'framed_avro',
    'marker, fingerprint',
  ],
  ['Avro, container file', hex('4f626a01', '04166176726f'), 'framed_avro', 'as files begin'],
  [
    'truncated JSON in a frame',
    framed('0000000007').subarray(0, -9),
    'invalid_json',
    'JSON was meant',
  ],
  ['two frames', framed('00000000070000000008'), 'invalid_json', 'only one is read'],
  [
    'UTF-16, big endian',
    Buffer.from(login(), 'utf16le').swap16(),
    'invalid_json',
    'begins with a zero byte, and is no frame',
  ],
];

function hex(...parts: readonly string[]): Buffer {
  return Buffer.from(parts.join(''), 'hex');
}

/** @returns a login behind these bytes */
function framed(...parts: readonly string[]): Buffer {
  return Buffer.concat([hex(...parts), Buffer.from(login())]);
}
