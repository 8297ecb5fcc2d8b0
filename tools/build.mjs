#!/usr/bin/env node
/**
 * Bundles a service into dist/apps/<app>/main.js, which plain `node` runs, with a package.json that names
 * the few packages that have to be installed beside it.
 *
 *   node tools/build.mjs <app>            builds once
 *   node tools/build.mjs <app> --serve    builds and runs, again at every change, until Ctrl-C
 */
import { spawn } from 'node:child_process';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { context } from 'esbuild';

/** Not bundled: native codecs, and kafkajs, one of whose modules is mended at start. */
const INSTALLED = ['kafkajs', 'lz4-napi', 'snappy'];

/** What Nest and Fastify load only where it is installed; none of it is. */
const OPTIONAL = [
  '@fastify/multipart',
  '@fastify/static',
  '@fastify/view',
  '@grpc/*',
  '@nats-io/*',
  '@nestjs/platform-express',
  '@nestjs/websockets',
  '@nestjs/websockets/*',
  'amqp-connection-manager',
  'amqplib',
  'class-transformer',
  'class-validator',
  'ioredis',
  'mqtt',
];

const [app, flag] = process.argv.slice(2);
const serve = flag === '--serve';
const output = `dist/apps/${app}`;
const root = JSON.parse(await readFile('package.json', 'utf8'));
const { name, version } = JSON.parse(await readFile(`apps/${app}/package.json`, 'utf8'));

await rm(output, { recursive: true, force: true });
await mkdir(output, { recursive: true });
const dependencies = Object.fromEntries(INSTALLED.map((it) => [it, root.dependencies[it]]));
const manifest = { name, version, private: true, type: 'module', dependencies };
await writeFile(`${output}/package.json`, `${JSON.stringify(manifest, null, 2)}\n`);

const build = await context({
  entryPoints: [`apps/${app}/src/main.ts`],
  outfile: `${output}/main.js`,
  tsconfig: `apps/${app}/tsconfig.json`,
  bundle: true,
  format: 'esm',
  platform: 'node',
  target: 'node20.19',
  sourcemap: true,
  sourcesContent: false,
  keepNames: true,
  external: [...INSTALLED, ...OPTIONAL],
  // CommonJS dependencies inside an ES module still call require.
  banner: {
    js: "import { createRequire as requireOf } from 'node:module'; const require = requireOf(import.meta.url);",
  },
  logLevel: 'warning',
  plugins: serve ? [{ name: 'run', setup: runAfterEachBuild }] : [],
});

if (serve) {
  await build.watch();
} else {
  await build.rebuild();
  await build.dispose();
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
      await build.dispose();
      await stop(signal);
      process.exit(0);
    });
  }
  onEnd(async ({ errors }) => {
    if (errors.length > 0) return;
    await stop();
    const args = ['--enable-source-maps', `${output}/main.js`];
    running = spawn(process.execPath, args, { stdio: 'inherit' });
  });
}
