/** Frames as clients and brokers put them on the wire, for the specs of what reads them. */
import { framed, int16, int32 } from '../kafka-fields.ts';

export const CORRELATION_ID = 77;
export const CLIENT_ID = 'service-1';

const NO_TAGS = Buffer.of(0);
const hex = (digits: string): Buffer => Buffer.from(digits, 'hex');

/** Bodies as Kafka's Java client 4.3.1 writes them: libs/streams-kafkajs/src/protocol/testing has the program that prints them. */
export const JAVA = {
  produce: hex(
    '036964ffff00001388020774c3b370696302000000024700000000000000000000003affffffff0282b26f3b0010000000000000018bcfe568000000018bcfe56800000000000000004d0005000000090000000110000000026b027600000000',
  ),
  produced: hex(
    '020774c3b370696302000000020057ffffffffffffffffffffffffffffffffffffffffffffffff03000000010462616400000000020000036e6f010009000000070000000400000000000300',
  ),
  addPartitions: hex('036964000000000000004d0005020774c3b37069630300000002000000030000'),
  addOffsets: hex('036964000000000000004d00050667726f757000'),
  commitOffsets: hex(
    '0369640667726f7570000000000000004d000500000004076d656d62657200020774c3b37069630200000002000000000000000a0000000407736f20666172000000',
  ),
  offsetsCommitted: hex('00000000020774c3b370696302000000020016000000'),
  end: hex('036964000000000000004d00050100'),
  ended: hex('000000000000000000000000004e000600'),
  initProducer: hex('0369640000ea60ffffffffffffffffffff00'),
  joinGroup: hex(
    '0667726f75700000177000004e20076d656d6265720009636f6e73756d6572020672616e6765026d000477687900',
  ),
  heartbeat: hex('0667726f757000000004076d656d6265720000'),
  metadata: hex('02000000000000000000000000000000000774c3b370696300000000'),
  findCoordinator: hex('0369640100'),
  apiVersions: hex('056f75727306302e312e3000'),
} as const;

/** A request of a version that is not flexible, with header version 1. */
export function classicRequest(key: number, version: number, body: Buffer): Buffer {
  return framed(header(key, version), body);
}

/** A request of a flexible version, with header version 2: tagged fields, none here, stand behind the client id. */
export function flexibleRequest(key: number, version: number, body: Buffer): Buffer {
  return framed(header(key, version), NO_TAGS, body);
}

export function response(body: Buffer, isFlexible: boolean): Buffer {
  return framed(int32(CORRELATION_ID), ...(isFlexible ? [NO_TAGS] : []), body);
}

export function classicString(text: string): Buffer {
  return Buffer.concat([int16(text.length), Buffer.from(text)]);
}

function header(key: number, version: number): Buffer {
  return Buffer.concat([
    int16(key),
    int16(version),
    int32(CORRELATION_ID),
    classicString(CLIENT_ID),
  ]);
}
