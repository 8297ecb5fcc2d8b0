import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Plugin } from 'esbuild';

/** A change of the source: one fragment of a file, replaced. */
export interface Patch {
  /** From the root of the repository. */
  readonly file: string;
  /** Has to be in the file exactly once. */
  readonly fragment: string;
  readonly replacement: string;
}

/** A known-bad variant of the product: it has to be caught. */
export interface Planted {
  readonly name: string;
  readonly patches: readonly Patch[];
}

/**
 * @param root of the repository
 * @returns what has esbuild build the variant
 * @throws Error when a fragment is gone from the source, or not unique
 */
export async function planting({ name, patches }: Planted, root: string): Promise<Plugin> {
  const sources = new Map<string, string>();
  for (const patch of patches) {
    const path = join(root, patch.file);
    const source = sources.get(path) ?? (await readFile(path, 'utf8'));
    sources.set(path, patched(name, source, patch));
  }
  return replacing(sources);
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
