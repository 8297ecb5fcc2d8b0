import { cp, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { bundleOptions } from '@login-pipeline/tools/bundle';
import { build } from 'esbuild';
import type { Plugin } from 'esbuild';
import type { Patch, PlantedBug } from './planted-bugs.ts';

const APPS = ['transformer', 'aggregator', 'data-generator'] as const;

/**
 * Builds the services with a bug in them.
 *
 * @param dist where each becomes `<app>/main.js`; below the repository, whose packages they need
 * @throws Error when a fragment that the bug replaces is gone from the source, or not unique
 */
export async function plant(
  { name, patches }: Pick<PlantedBug, 'name' | 'patches'>,
  root: string,
  dist: string,
): Promise<void> {
  const sources = new Map<string, string>();
  for (const patch of patches) {
    const path = join(root, patch.file);
    const source = sources.get(path) ?? (await readFile(path, 'utf8'));
    sources.set(path, patched(name, source, patch));
  }
  // What belongs to a service beside its code.
  await cp(join(root, 'dist', 'apps'), dist, { recursive: true });
  for (const app of APPS) {
    const options = bundleOptions(app, join(dist, app), [replacing(sources)]);
    await build({ ...options, absWorkingDir: root, sourcemap: false });
  }
}

/** @returns the source with the fragment replaced */
export function patched(
  bug: string,
  source: string,
  { file, fragment, replacement }: Patch,
): string {
  const found = source.split(fragment).length - 1;
  if (found !== 1) {
    throw new Error(
      `Planted bug "${bug}": the fragment is ${found} times in ${file}, not once. ` +
        `Bring the bug up to date with the source:\n${fragment}`,
    );
  }
  return source.replace(fragment, () => replacement);
}

function replacing(sources: ReadonlyMap<string, string>): Plugin {
  return {
    name: 'planted-bug',
    setup: (building) => {
      building.onLoad({ filter: /\.ts$/ }, ({ path }) => {
        const contents = sources.get(path);
        return contents === undefined ? undefined : { contents, loader: 'ts' };
      });
    },
  };
}
