import { spawnSync } from 'node:child_process';

/** Where distributions put the Node of the host. */
const HOST_NODE = '/usr/bin/node';

/**
 * @returns the Node of E2E_NODE, or else of the host, when its major version is another than ours: services must run
 * on older ones too
 */
export function otherNode(): { readonly path: string; readonly version: string } | undefined {
  const path = process.env['E2E_NODE'] ?? HOST_NODE;
  const { status, stdout } = spawnSync(path, ['-p', 'process.versions.node'], { encoding: 'utf8' });
  if (status !== 0) return undefined;
  const version = stdout.trim();
  return version.split('.')[0] === process.versions.node.split('.')[0]
    ? undefined
    : { path, version };
}
