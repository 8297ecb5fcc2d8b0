import * as zlib from 'node:zlib';
import { StartError } from './errors.ts';

/**
 * Asks for what Node 22.15 brought, as 23.8 did, instead of comparing versions.
 *
 * @param compression Node's own
 * @throws StartError on an older Node: it would fail later, at the first batch that needs Zstandard
 */
export function refuseOldNode(compression: object = zlib): void {
  if ('zstdCompress' in compression) return;
  const message = `Node ${process.versions.node} is too old: run the service on Node 24, or on 22.15 or a later 22.`;
  throw new StartError('NODE_TOO_OLD', message);
}
