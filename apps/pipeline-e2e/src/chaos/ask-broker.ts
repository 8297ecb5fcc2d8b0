import { once } from 'node:events';
import { connect } from 'node:net';
import { framed, int16, int32 } from './kafka-fields.ts';
import { FrameSplitter } from './kafka-frames.ts';

const CORRELATION_ID = int32(1);
/** Behind the length and the correlation id. */
const BODY_AT = 8;

/** A request that kafkajs does not know. */
export interface RawApi {
  readonly key: number;
  readonly version: number;
  /** Headers of flexible versions end with tagged fields (KIP-482), of which ours have none. */
  readonly isFlexible?: true;
}

/**
 * Asks a broker what kafkajs cannot ask.
 *
 * @param address `host:port`
 * @param body the fields of the request
 * @returns the body of the response
 */
export async function askBroker(
  address: string,
  { key, version, isFlexible }: RawApi,
  ...body: readonly Buffer[]
): Promise<Buffer> {
  const [host = '', port = ''] = address.split(':');
  const socket = connect(Number(port), host);
  const tags = Buffer.alloc(isFlexible === true ? 1 : 0);
  try {
    const header = [int16(key), int16(version), CORRELATION_ID, text('chaos'), tags];
    socket.write(framed(...header, ...body));
    const splitter = new FrameSplitter();
    for (;;) {
      const [chunk] = (await once(socket, 'data')) as [Buffer];
      const [response] = splitter.push(chunk);
      if (response !== undefined) return response.subarray(BODY_AT + tags.length);
    }
  } finally {
    socket.destroy();
  }
}

/** @returns a STRING of the protocol */
export function text(of: string): Buffer {
  return Buffer.concat([int16(Buffer.byteLength(of)), Buffer.from(of)]);
}
