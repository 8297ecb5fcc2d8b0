import type { BuildOptions } from 'esbuild';

/** Not bundled: native codecs and checksums, and kafkajs, some of whose modules are replaced or mended at start. */
export const INSTALLED = ['@node-rs/crc32', 'kafkajs', 'lz4-napi', 'snappy'] as const;

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

/**
 * How a service becomes one file that plain Node runs.
 *
 * @param app folder under `apps`
 * @param output folder of its `main.js`
 * @returns options for esbuild, with paths from the root of the repository
 */
export function bundleOptions(app: string, output: string): BuildOptions {
  return {
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
  };
}
