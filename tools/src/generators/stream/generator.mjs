import { execFileSync } from 'node:child_process';

/** The stream that the others are made of: it is built and tested like the rest, so what is made of it works. */
const TEMPLATE = 'examples/orders';
/** Where a service declares the default of its port. */
const PORT = /\bhttp\((\d+)\)/g;

/**
 * Makes another stream: the files of examples/orders, with its name in place of orders.
 *
 * @param {import('nx/src/generators/tree').Tree} tree
 * @param {{ readonly name: string, readonly record?: string }} options
 */
export default function generate(tree, { name, record = singularOf(name) }) {
  const folder = `examples/${name}`;
  if (tree.exists(folder)) throw new Error(`${folder} is there already: choose another name.`);
  const names = { orders: name, order: record };
  const [port] = portsIn(tree, TEMPLATE);
  const ownPort = Math.max(...['apps', 'examples'].flatMap((each) => portsIn(tree, each))) + 1;
  for (const path of filesIn(tree, TEMPLATE)) {
    const text = renamed(tree.read(path, 'utf8'), names).replaceAll(port, ownPort);
    tree.write(renamed(path, names), text);
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

/** The ports that services in a folder have by default. */
function portsIn(tree, folder) {
  return filesIn(tree, folder)
    .filter((path) => /\/(?:main|settings)\.ts$/.test(path))
    .flatMap((path) => [...tree.read(path, 'utf8').matchAll(PORT)].map(([, port]) => Number(port)));
}

/** deliveries, addresses, payments; what English spells in another way is given as an option. */
function singularOf(name) {
  return name
    .replace(/ies$/, 'y')
    .replace(/(?<=ss|sh|ch|x|zz)es$/, '')
    .replace(/(?<!s)s$/, '');
}

/** Puts other names in place of orders and order, whatever the case. */
function renamed(text, names) {
  return text.replaceAll(/orders?/gi, (word) => {
    const other = names[word.toLowerCase()];
    if (word === word.toUpperCase()) return other.toUpperCase();
    return word[0] === 'O' ? other[0].toUpperCase() + other.slice(1) : other;
  });
}
