import { cp } from 'node:fs/promises';
import { join } from 'node:path';
import { bundleOptions } from '@login-pipeline/bundle';
import { planting } from '@login-pipeline/planting';
import type { Planted } from '@login-pipeline/planting';
import { build } from 'esbuild';

const APPS = ['transformer', 'aggregator', 'data-generator'] as const;

/**
 * Builds the services with a bug in them.
 *
 * @param dist where each becomes `<app>/main.js`; below the repository, whose packages they need
 * @throws Error when a fragment that the bug replaces is gone from the source, or not unique
 */
export async function plant(planted: Planted, root: string, dist: string): Promise<void> {
  const plugin = await planting(planted, root);
  // What belongs to a service beside its code.
  await cp(join(root, 'dist', 'apps'), dist, { recursive: true });
  for (const app of APPS) {
    const options = bundleOptions(app, join(dist, app), [plugin]);
    await build({ ...options, absWorkingDir: root, sourcemap: false });
  }
}
