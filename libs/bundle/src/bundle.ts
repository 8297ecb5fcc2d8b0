import { existsSync } from 'node:fs';
import type { BuildOptions, Plugin } from 'esbuild';

/** Not bundled: native codecs and checksums, and kafkajs, of which files are used that it does not export. */
export const INSTALLED = ['@node-rs/crc32', 'kafkajs', 'lz4-napi', 'snappy'] as const;

/** How services use memory: what V8 is told on Node's command line, here and in the images (docs/deploy.md). */
export const V8_OPTIONS = [
  '--max-semi-space-size=16',
  '--heap-growing-percent=120',
  '--external-memory-accounted-in-global-limit',
] as const;

/** What Nest and Fastify load only where it is installed; none of it is. */
export const OPTIONAL = [
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

/** @returns where a service, an example or `tools` has its source, from the root of the repository */
export function sourceFolder(app: string): string {
  const folders = [`apps/${app}`, `examples/${app}`];
  return folders.find((folder) => existsSync(folder)) ?? app;
}

/** Loaded only when traces are on, so it is a file of its own: a service without traces does not even read it. */
const ON_DEMAND = 'libs/observability/src/tracing/otlp-tracing.ts';

const onDemand: Plugin = {
  name: 'on-demand',
  setup: (building) => {
    building.onResolve({ filter: /otlp-tracing\.ts$/ }, ({ kind }) =>
      kind === 'dynamic-import' ? { path: './otlp-tracing.js', external: true } : undefined,
    );
  },
};

/**
 * How a service becomes one file that plain Node runs, and one beside it for traces.
 *
 * @param app folder under `apps` or `examples`, or `tools`
 * @param output folder of its `main.js`
 * @param plugins further ones
 * @returns options for esbuild, with paths from the root of the repository
 */
export function bundleOptions(
  app: string,
  output: string,
  plugins: readonly Plugin[] = [],
): BuildOptions {
  return {
    entryPoints: {
      main: `${sourceFolder(app)}/src/main.ts`,
      ...(app !== 'ops' && { 'otlp-tracing': ON_DEMAND }),
    },
    outdir: output,
    plugins: [onDemand, ...plugins],
    tsconfig: `${sourceFolder(app)}/tsconfig.json`,
    bundle: true,
    format: 'esm',
    platform: 'node',
    target: 'node22.15',
    sourcemap: true,
    sourcesContent: false,
    // Names stay, for stack traces; what is left out is a tenth of the memory of a service at rest.
    minifyWhitespace: true,
    minifySyntax: true,
    external: [...INSTALLED, ...OPTIONAL],
    // CommonJS dependencies inside an ES module still call require.
    banner: {
      js: "import { createRequire as requireOf } from 'node:module'; const require = requireOf(import.meta.url);",
    },
    logLevel: 'warning',
  };
}
