import { join } from 'node:path';
import { expect, it } from '@jest/globals';
import { FsTree } from 'nx/src/generators/tree.js';

const ROOT = join(import.meta.dirname, '../../../..');
const GENERATOR = new URL('generator.mjs', import.meta.url).href;

interface Options {
  readonly name: string;
  readonly record?: string;
}
type Generate = (tree: FsTree, options: Options) => () => void;

async function generate(...streams: readonly Options[]): Promise<ReadonlyMap<string, string>> {
  const { default: run } = (await import(GENERATOR)) as { readonly default: Generate };
  const tree = new FsTree(ROOT, false);
  for (const options of streams) run(tree, options);
  return new Map(tree.listChanges().map(({ path, content }) => [path, String(content)]));
}

it('makes another stream of the example, under its own name throughout', async () => {
  const files = await generate({ name: 'payments' });
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

it.each([
  [{ name: 'deliveries' }, 'delivery'],
  [{ name: 'addresses' }, 'address'],
  [{ name: 'purchases' }, 'purchase'],
  [{ name: 'caches', record: 'cache' }, 'cache'],
])('calls one record of %o %s', async (options, record) => {
  const files = await generate(options);
  expect([...files.keys()]).toContain(`examples/${options.name}/src/${record}.ts`);
});

it('gives each stream a port of its own', async () => {
  const files = await generate({ name: 'payments' }, { name: 'deliveries' });
  const portOf = (name: string): number =>
    Number(/http\((\d+)\)/.exec(files.get(`examples/${name}/src/main.ts`) ?? '')?.[1]);
  const [first, second] = [portOf('payments'), portOf('deliveries')];
  expect(first).toBeGreaterThan(3010);
  expect(second).toBe(first + 1);
  expect(files.get('examples/deliveries/README.md')).toContain(`localhost:${second}`);
});

it('touches nothing of a stream that is there', async () => {
  await expect(generate({ name: 'orders' })).rejects.toThrow('examples/orders is there already');
});
