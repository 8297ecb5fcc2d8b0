import { expect, it } from '@jest/globals';
import { billOfMaterials, packageFolders } from './bill-of-materials.ts';
import type { Bill, ImageContent } from './bill-of-materials.ts';

const OF_REPOSITORY: Bill = {
  metadata: { tools: [] },
  components: ['a@1.0.0', 'b@2.0.0', 'unused@3.0.0'].map((reference) => {
    const [name = '', version = ''] = reference.split('@');
    return { 'bom-ref': reference, type: 'library', name, version, purl: `pkg:npm/${reference}` };
  }),
  dependencies: [{ ref: 'a@1.0.0', dependsOn: ['b@2.0.0', 'unused@3.0.0'] }],
};
const CONTENT: ImageContent = {
  ofRepository: OF_REPOSITORY,
  subject: { name: 'transformer', version: '0.1.0' },
  npm: [
    { name: 'b', version: '2.0.0' },
    { name: 'a', version: '1.0.0' },
    { name: 'a', version: '1.0.0' },
  ],
  debian: [{ name: 'libc6', version: '2.36-9+deb12u10' }],
  node: '24.0.0',
  time: new Date(0),
};

it('The bill lists what is in the image, once, and nothing else', () => {
  const { components, dependencies } = billOfMaterials(CONTENT) as Bill;
  expect(components.map(({ purl }) => purl)).toEqual([
    'pkg:npm/a@1.0.0',
    'pkg:npm/b@2.0.0',
    'pkg:generic/node@24.0.0',
    'pkg:deb/debian/libc6@2.36-9%2Bdeb12u10',
  ]);
  expect(dependencies[1]).toEqual({ ref: 'a@1.0.0', dependsOn: ['b@2.0.0'] });
});

it('The same content gives the same bill, other content another number', () => {
  const bill = billOfMaterials(CONTENT);
  expect(billOfMaterials(CONTENT)).toEqual(bill);
  const other = billOfMaterials({ ...CONTENT, node: '24.0.1' });
  expect(other).not.toHaveProperty('serialNumber', (bill as { serialNumber: string }).serialNumber);
});

it('A package that is not locked is an error', () => {
  const npm = [{ name: 'stranger', version: '1.0.0' }];
  expect(() => billOfMaterials({ ...CONTENT, npm })).toThrow(
    'stranger@1.0.0 is in the image but not locked',
  );
});

it('Files belong to the innermost package around them', () => {
  expect(
    packageFolders([
      'apps/transformer/src/main.ts',
      'node_modules/a/index.js',
      'node_modules/a/lib/more.js',
      'node_modules/@scope/b/index.js',
      'node_modules/a/node_modules/c/index.js',
    ]),
  ).toEqual(['node_modules/@scope/b', 'node_modules/a', 'node_modules/a/node_modules/c']);
});
