import { spawnSync } from 'node:child_process';

/** Where distributions put the Node of the host. */
const HOST_NODE = '/usr/bin/node';
const PRINT = "JSON.stringify([process.versions.node, 'zstdCompress' in zlib])";

/** A Node of another major version than the tests have. */
export interface OtherNode {
  readonly path: string;
  readonly version: string;
  /** Whether services run on it, which they do from 22.15 on. */
  readonly isNewEnough: boolean;
}

/** @returns the Node of E2E_NODE, or else of the host, when its major version is another one */
export function otherNode(): OtherNode | undefined {
  const path = process.env['E2E_NODE'] ?? HOST_NODE;
  const { status, stdout } = spawnSync(path, ['-p', PRINT], { encoding: 'utf8' });
  if (status !== 0) return undefined;
  const [version, isNewEnough] = JSON.parse(stdout) as [string, boolean];
  return version.split('.')[0] === process.versions.node.split('.')[0]
    ? undefined
    : { path, version, isNewEnough };
}
