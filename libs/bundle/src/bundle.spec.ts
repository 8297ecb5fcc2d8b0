import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from '@jest/globals';
import { bundleOptions } from './bundle.ts';

const ROOT = join(import.meta.dirname, '..', '..', '..');

it('Bundles are made for the Node that the libraries need', () => {
  const needed = globSync(join(ROOT, 'libs/*/package.json')).map((file) => {
    const { engines } = JSON.parse(readFileSync(file, 'utf8')) as { engines?: { node: string } };
    return engines?.node;
  });
  const { target } = bundleOptions('transformer', 'dist');
  expect(new Set(needed.filter((it) => it !== undefined))).toEqual(
    new Set([String(target).replace('node', '>=')]),
  );
});
