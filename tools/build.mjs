#!/usr/bin/env node
/**
 * Bundles a service, or the tools for its image, into dist/apps/<app>/main.js, which plain `node` runs, with a
 * package.json that names the few packages that have to be installed beside it, and dist/apps/<app>/page where the
 * service has a web page.
 *
 *   node tools/build.mjs <app>            builds once
 *   node tools/build.mjs <app> --serve    builds and runs, again at every change, until Ctrl-C
 */
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { context } from 'esbuild';
import { bundleOptions, INSTALLED, sourceFolder, V8_OPTIONS } from '../libs/bundle/src/bundle.ts';

const [app, flag] = process.argv.slice(2);
const serve = flag === '--serve';
const output = `dist/apps/${app}`;
// Running services may be about to read the last build: the new one is made beside it and takes its place when it is whole.
const folder = serve ? output : `dist/building/${app}`;
const root = JSON.parse(await readFile('package.json', 'utf8'));
const { name, version } = JSON.parse(await readFile(`${sourceFolder(app)}/package.json`, 'utf8'));
const { engines } = JSON.parse(await readFile('libs/service/package.json', 'utf8'));

await rm(folder, { recursive: true, force: true });
await mkdir(folder, { recursive: true });
const dependencies = Object.fromEntries(INSTALLED.map((it) => [it, root.dependencies[it]]));
const manifest = { name, version, private: true, type: 'module', engines, dependencies };
await writeFile(`${folder}/package.json`, `${JSON.stringify(manifest, null, 2)}\n`);

const plugins = serve ? [{ name: 'run', setup: runAfterEachBuild }] : [];
const build = await context(bundleOptions(app, folder, plugins));

const page = await pageBuild();
if (serve) {
  // The service reads the page when it starts, so the page comes first, and a change to it starts the service again.
  await page?.rebuild();
  await build.watch();
  await page?.watch();
} else {
  await page?.rebuild();
  await page?.dispose();
  await build.rebuild();
  await build.dispose();
  await takePlace();
}

async function takePlace() {
  const last = `dist/building/${app}-last`;
  await rm(last, { recursive: true, force: true });
  await mkdir('dist/apps', { recursive: true });
  if (existsSync(output)) await rename(output, last);
  await rename(folder, output);
  await rm(last, { recursive: true, force: true });
}

/** @returns the build of the service's web page, or undefined when it has none */
async function pageBuild() {
  const script = `apps/${app}/page/build.mjs`;
  if (!existsSync(script)) return undefined;
  const { pageContext } = await import(pathToFileURL(script).href);
  await mkdir(`${folder}/page`);
  return pageContext(join(folder, 'page'), { onRebuilt: () => build.rebuild() });
}

/** Replaces the running service after each build that went well. */
function runAfterEachBuild({ onEnd }) {
  let running;
  const stop = async (signal = 'SIGTERM') => {
    if (running?.exitCode !== null || running.signalCode !== null) return;
    const exited = new Promise((resolve) => running.once('exit', resolve));
    running.kill(signal);
    await exited;
  };
  for (const signal of ['SIGINT', 'SIGTERM']) {
    process.once(signal, async () => {
      await page?.dispose();
      await build.dispose();
      await stop(signal);
      process.exit(0);
    });
  }
  onEnd(async ({ errors }) => {
    if (errors.length > 0) return;
    await stop();
    const args = [...V8_OPTIONS, '--enable-source-maps', `${output}/main.js`];
    running = spawn(process.execPath, args, { stdio: 'inherit' });
  });
}
