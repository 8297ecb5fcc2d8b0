import { existsSync, globSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, it } from '@jest/globals';

const ROOT = join(import.meta.dirname, '..', '..');
const IS_FOREIGN = /(^|\/)(node_modules|dist|\.[^/]+)(\/|$)/;
const PAGES = globSync('**/*.md', { cwd: ROOT, exclude: (path) => IS_FOREIGN.test(path) });

const textOf = (file: string): string => readFileSync(join(ROOT, file), 'utf8');
const { scripts } = JSON.parse(textOf('package.json')) as { readonly scripts: object };

it('the docs name only commands that there are', () => {
  const unknown = PAGES.flatMap((page) =>
    [...textOf(page).matchAll(/npm run (?:--silent )?([a-z][a-z:-]*)/g)]
      .map(([, name = '']) => name)
      .filter((name) => !(name in scripts))
      .map((name) => `${page}: npm run ${name}`),
  );
  expect(unknown).toEqual([]);
});

it('the docs link only to files that there are', () => {
  const missing = PAGES.flatMap((page) =>
    [...textOf(page).matchAll(/\]\((?!https?:|mailto:|#)([^)#\s]+)/g)]
      .map(([, target = '']) => join(dirname(page), target))
      .filter((target) => !existsSync(join(ROOT, target)))
      .map((target) => `${page}: ${target}`),
  );
  expect(missing).toEqual([]);
});
