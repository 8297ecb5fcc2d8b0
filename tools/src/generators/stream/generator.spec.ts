import { join } from 'node:path';
import { expect, it } from '@jest/globals';
import { FsTree } from 'nx/src/generators/tree.js';

const ROOT = join(import.meta.dirname, '../../../..');
const GENERATOR = new URL('generator.mjs', import.meta.url).href;

type Generate = (tree: FsTree, options: { readonly name: string }) => () => void;

async function generate(name: string): Promise<ReadonlyMap<string, string>> {
  const { default: run } = (await import(GENERATOR)) as { readonly default: Generate };
  const tree = new FsTree(ROOT, false);
  run(tree, { name });
  return new Map(tree.listChanges().map(({ path, content }) => [path, String(content)]));
}

it('makes another stream of the example, under its own name throughout', async () => {
  const files = await generate('payments');
  expect([...files.keys()]).toEqual(
    expect.arrayContaining([
      'examples/payments/package.json',
      'examples/payments/src/payment.ts',
      'examples/payments/src/payments.module.ts',
      'examples/payments/src/payments.spec.ts',
    ]),
  );
  expect([...files].flat().join('\n')).not.toMatch(/order/i);
  expect(files.get('examples/payments/src/payments.module.ts')).toContain('class PaymentsModule');
});

it('touches nothing of a stream that is there', async () => {
  await expect(generate('orders')).rejects.toThrow('examples/orders is there already');
});
