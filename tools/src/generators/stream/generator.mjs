import { execFileSync } from 'node:child_process';

/** The stream that the others are made of: it is built and tested like the rest, so what is made of it works. */
const TEMPLATE = 'examples/orders';

/**
 * Makes another stream: the files of examples/orders, with its name in place of orders.
 *
 * @param {import('nx/src/generators/tree').Tree} tree
 * @param {{ readonly name: string }} options
 */
export default function generate(tree, { name }) {
  const folder = `examples/${name}`;
  if (tree.exists(folder)) throw new Error(`${folder} is there already: choose another name.`);
  for (const path of filesIn(tree, TEMPLATE)) {
    tree.write(renamed(path, name), renamed(tree.read(path, 'utf8'), name));
  }
  return () => {
    const npm = (...args) => execFileSync('npm', args, { cwd: tree.root, stdio: 'inherit' });
    // Links the new package into the workspace, and enters it into the lock file.
    npm('install', '--no-audit', '--no-fund', '--loglevel=error');
    // Other names make other lines.
    npm('exec', '--', 'prettier', '--write', '--log-level=warn', folder);
  };
}

/** Files of the source, without what builds and compilers leave there. */
function filesIn(tree, folder) {
  return tree.children(folder).flatMap((child) => {
    const path = `${folder}/${child}`;
    if (child.startsWith('.') || child === 'node_modules') return [];
    return tree.isFile(path) ? [path] : filesIn(tree, path);
  });
}

/** Puts a name, and its singular, in place of orders and order, whatever the case. */
function renamed(text, name) {
  const names = { orders: name, order: name.slice(0, -1) };
  return text.replaceAll(/orders?/gi, (word) => {
    const other = names[word.toLowerCase()];
    if (word === word.toUpperCase()) return other.toUpperCase();
    return word[0] === 'O' ? other[0].toUpperCase() + other.slice(1) : other;
  });
}
