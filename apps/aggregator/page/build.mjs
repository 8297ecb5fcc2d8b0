import { readFile, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { promisify } from 'node:util';
import { brotliCompress, gzip } from 'node:zlib';
import { geoPath } from 'd3-geo';
import { context } from 'esbuild';
import { feature } from 'topojson-client';

const SOURCE = import.meta.dirname;
const ENTRIES = ['main.tsx', 'live-worker.ts', 'theme-boot.ts', 'page.css', 'favicon.svg'];
/** The size that us-atlas has projected its map to. */
const MAP_SIZE = { WIDTH: 975, HEIGHT: 610 };
/** Smaller states, in square pixels, have no room for a label. */
const LABEL_FROM_AREA = 2200;
/** Where a state's middle lies outside it or at its edge, in pixels from there. */
const LABEL_SHIFT = { Florida: [16, 2], Idaho: [0, 14], Louisiana: [-10, 0], Michigan: [16, 26] };

const compressors = { br: promisify(brotliCompress), gz: promisify(gzip) };

/**
 * Bundles the page: its files with a digest in their names, index.html that names them, each compressed beside itself.
 *
 * @param {string} output folder, which exists
 * @param {{ onRebuilt: () => unknown }} options `onRebuilt` is called when it is built anew after a change
 * @returns the esbuild context
 */
export function pageContext(output, { onRebuilt }) {
  let builds = 0;
  return context({
    entryPoints: ENTRIES.map((entry) => join(SOURCE, entry)),
    outdir: output,
    entryNames: '[name]-[hash]',
    bundle: true,
    minify: true,
    format: 'iife',
    platform: 'browser',
    target: ['chrome109', 'firefox115', 'safari16.4'],
    tsconfig: join(SOURCE, 'tsconfig.json'),
    loader: { '.svg': 'copy' },
    metafile: true,
    write: false,
    legalComments: 'none',
    logLevel: 'warning',
    plugins: [usMap, { name: 'write', setup: ({ onEnd }) => onEnd(write) }],
  });

  async function write({ errors, metafile, outputFiles }) {
    if (errors.length > 0) return;
    const names = Object.entries(metafile.outputs).map(([path, { entryPoint }]) => [
      basename(entryPoint ?? ''),
      basename(path),
    ]);
    const template = await readFile(join(SOURCE, 'index.html'), 'utf8');
    const html = template.replace(/(?<=")\.\/([\w.-]+)(?=")/g, (_match, entry) => {
      const found = names.find(([source]) => source === entry);
      if (found === undefined) throw new Error(`index.html names ${entry}, which is not built`);
      return `page/${found[1]}`;
    });
    await writeCompressed(join(output, 'index.html'), Buffer.from(html));
    for (const { path, contents } of outputFiles) await writeCompressed(path, contents);
    builds += 1;
    // Watching begins with a build of its own.
    if (builds > 2) onRebuilt();
  }
}

async function writeCompressed(path, contents) {
  await writeFile(path, contents);
  for (const [ending, compress] of Object.entries(compressors)) {
    await writeFile(`${path}.${ending}`, await compress(contents));
  }
}

function labelOf(state, path) {
  const [shiftX, shiftY] = LABEL_SHIFT[state.properties.name] ?? [0, 0];
  const [x, y] = path.centroid(state);
  return [Math.round(x + shiftX), Math.round(y + shiftY)];
}

/** The states as SVG paths, so that the browser needs neither the topology nor a library for it. */
const usMap = {
  name: 'us-map',
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /\/us-map\.js$/ }, ({ path }) => ({ path, namespace: 'us-map' }));
    onLoad({ filter: /.*/, namespace: 'us-map' }, async () => {
      const atlas = new URL(import.meta.resolve('us-atlas/states-albers-10m.json'));
      const topology = JSON.parse(await readFile(atlas, 'utf8'));
      const path = geoPath().digits(0);
      const states = feature(topology, topology.objects.states).features.map((state) => ({
        name: state.properties.name,
        path: path(state),
        label: path.area(state) < LABEL_FROM_AREA ? undefined : labelOf(state, path),
      }));
      const lines = Object.entries({ ...MAP_SIZE, STATES: states }).map(
        ([name, value]) => `export const ${name} = ${JSON.stringify(value)};`,
      );
      return { contents: lines.join('\n'), loader: 'js' };
    });
  },
};
