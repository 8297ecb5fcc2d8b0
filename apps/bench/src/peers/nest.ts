import { join } from 'node:path';
import { OPTIONAL } from '@login-pipeline/bundle';
import { supervised } from '@login-pipeline/command';
import { build } from 'esbuild';
import type { Contender } from '../contender.ts';

const GRACE_SECONDS = 10;
/** At a few thousand logins a second it would take for ever with all of them. */
const SHARE = 0.02;
/** Above it its backlog only grows. */
const MAX_RATE = 2_000;

/** Bundles the peer as our services are bundled. @returns the file to run */
export async function buildNest(folder: string): Promise<string> {
  const outfile = join(folder, 'nest-peer.mjs');
  await build({
    entryPoints: [join(import.meta.dirname, 'nest', 'main.ts')],
    outfile,
    tsconfigRaw: { compilerOptions: { experimentalDecorators: true } },
    bundle: true,
    format: 'esm',
    platform: 'node',
    target: 'node22.15',
    keepNames: true,
    external: [...OPTIONAL],
    banner: {
      js: "import { createRequire as requireOf } from 'node:module'; const require = requireOf(import.meta.url);",
    },
    logLevel: 'error',
  });
  return outfile;
}

/** @param awaited whether the handler waits for each output to be written */
export function nest(file: string, awaited: boolean): Contender {
  return {
    name: awaited ? 'nest, emit awaited' : 'nest, emit not awaited',
    share: SHARE,
    maxRate: MAX_RATE,
    start: (lane) => {
      const group = `${lane.id}-nest`;
      const logFile = join(lane.folder, `${lane.id}.log`);
      const service = supervised(process.execPath, [file], {
        logFile,
        graceSeconds: GRACE_SECONDS,
        env: {
          KAFKA_BROKERS: lane.brokers,
          INPUT_TOPIC: lane.input,
          OUTPUT_TOPIC: lane.output,
          GROUP_ID: group,
          AWAIT_EMIT: String(awaited),
          KAFKAJS_NO_PARTITIONER_WARNING: '1',
        },
      });
      return Promise.resolve({
        processes: [service],
        logFile,
        positions: [{ group, topic: lane.input }],
        writes: lane.output,
        // It cannot set broken records aside: its deserializer hands them on as text.
        checksOutputs: ['emitted'],
      });
    },
  };
}
