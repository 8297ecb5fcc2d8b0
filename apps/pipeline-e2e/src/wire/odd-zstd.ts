import { once } from 'node:events';
import { constants, createZstdCompress, zstdCompressSync } from 'node:zlib';

/** As large a window as zstd takes without being asked for more. */
const WINDOW_LOG = 27;
/** How a frame that is to be skipped begins (RFC 8878, 3.1.2), and four bytes of it. */
const SKIPPABLE = Buffer.from('5a2a4d1804000000736b6970', 'hex');

/** Two frames, and one to be skipped before, between and behind them; the second declares a window of 128 MiB. */
export async function oddZstd(plain: Buffer): Promise<Buffer> {
  const start = Math.min(1_000, plain.length >> 1);
  const first = zstdCompressSync(plain.subarray(0, start));
  const stream = createZstdCompress({ params: { [constants.ZSTD_c_windowLog]: WINDOW_LOG } });
  const second: Buffer[] = [];
  stream.on('data', (chunk: Buffer) => second.push(chunk));
  // In two parts, its size is not known when its header is written.
  stream.write(plain.subarray(start, -1));
  stream.end(plain.subarray(-1));
  await once(stream, 'end');
  return Buffer.concat([SKIPPABLE, first, SKIPPABLE, ...second, SKIPPABLE]);
}
