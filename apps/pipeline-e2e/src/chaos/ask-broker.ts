import { once } from 'node:events';
import { connect } from 'node:net';
import { framed, int16, int32 } from './kafka-fields.ts';
import { FrameSplitter } from './kafka-frames.ts';

const CORRELATION_ID = int32(1);
/** Behind the length and the correlation id. */
const BODY_AT = 8;

/**
 * Asks a broker what kafkajs cannot ask, in a version that is not flexible.
 *
 * @param address `host:port`
 * @param body the fields of the request
 * @returns the body of the response
 */
export async function askBroker(
  address: string,
  { key, version }: { readonly key: number; readonly version: number },
  ...body: readonly Buffer[]
): Promise<Buffer> {
  const [host = '', port = ''] = address.split(':');
  const socket = connect(Number(port), host);
  try {
    socket.write(framed(int16(key), int16(version), CORRELATION_ID, text('chaos'), ...body));
    const splitter = new FrameSplitter();
    for (;;) {
      const [chunk] = (await once(socket, 'data')) as [Buffer];
      const [response] = splitter.push(chunk);
      if (response !== undefined) return response.subarray(BODY_AT);
    }
  } finally {
    socket.destroy();
  }
}

/** @returns a STRING of the protocol */
export function text(of: string): Buffer {
  return Buffer.concat([int16(Buffer.byteLength(of)), Buffer.from(of)]);
}
