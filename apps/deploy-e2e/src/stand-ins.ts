import { execFile } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { bundleOptions } from '@login-pipeline/bundle';
import { say } from '@login-pipeline/command';
import { maven, unpackArchive } from '@login-pipeline/embedded-kafka/maven';
import { build } from 'esbuild';
import type { Engine } from './engine.ts';
import { HOST_NETWORK, VERSION } from './images.ts';

const run = promisify(execFile);
const DEBIAN = 'debian:bookworm-slim';
const NPM = '11.9.0';
const CA_CERTIFICATES = '/etc/ssl/certs/ca-certificates.crt';

/** Makes the parts of an image that its Dockerfile copies, in the folder of its context. */
type Prepare = (context: string, root: string) => Promise<void>;

/** Images that can be made from the registries of packages, by the folder under deploy/test/images. */
const RECIPES: Readonly<Record<string, Prepare>> = {
  node: async (context, root) => {
    cpSync(join(root, 'node_modules/node/bin/node'), join(context, 'node'));
    cpSync(CA_CERTIFICATES, join(context, 'ca-certificates.crt'));
    const { stdout } = await run('npm', ['pack', '--silent', `npm@${NPM}`], { cwd: context });
    mkdirSync(join(context, 'npm'));
    await run('tar', ['xzf', stdout.trim(), '-C', 'npm', '--strip-components=1'], { cwd: context });
  },
  'apache-kafka': async (context) => {
    await maven('the jars of Apache Kafka', [
      ...['-f', join(context, 'pom.xml'), 'dependency:copy-dependencies', '-DincludeScope=runtime'],
      `-DoutputDirectory=${join(context, 'jars')}`,
    ]);
  },
  prometheus: () => Promise.resolve(),
  alertmanager: () => Promise.resolve(),
  'kafka-exporter': async (context) => {
    await build({
      ...bundleOptions('ops', context),
      entryPoints: { exporter: 'apps/monitoring/src/exporter/main.ts' },
      sourcemap: false,
    });
  },
  'apicurio-registry': (context) => {
    const archive = {
      group: 'io.apicurio',
      name: 'apicurio-registry-app',
      version: '3.0.9',
      classifier: 'all',
    };
    return unpackArchive('Apicurio Registry (109 MB)', archive, join(context, 'registry'));
  },
};

/**
 * Sees to it that an image is there: pulled or, where that is not possible, a stand-in made of packages.
 *
 * @returns how it got there, or undefined when it can be neither pulled nor made
 */
export async function provideImage(
  engine: Engine,
  root: string,
  image: string,
): Promise<'there' | 'pulled' | 'stand-in' | undefined> {
  if (await succeeds(engine.docker(['image', 'inspect', image]))) return 'there';
  if (await succeeds(engine.docker(['pull', '--quiet', image]))) return 'pulled';
  const recipe = recipeFor(image);
  if (recipe === undefined) return undefined;
  await provideDebian(engine, root);
  say(`making a stand-in for ${image}`);
  const context = mkdtempSync(join(tmpdir(), 'login-pipeline-image-'));
  try {
    cpSync(join(root, 'deploy/test/images', recipe), context, { recursive: true });
    await RECIPES[recipe]?.(context, root);
    const options = ['--quiet', ...HOST_NETWORK, '--build-arg', `VERSION=${VERSION}`];
    await engine.docker(['build', ...options, '--tag', image, context]);
  } finally {
    rmSync(context, { recursive: true, force: true });
  }
  return 'stand-in';
}

/** @returns the folder whose name is the image's, with or without the organisation */
function recipeFor(image: string): string | undefined {
  const name = image.slice(0, image.lastIndexOf(':'));
  return Object.keys(RECIPES).find(
    (folder) => folder === name.replace('/', '-') || folder === name.split('/').pop(),
  );
}

async function provideDebian(engine: Engine, root: string): Promise<void> {
  if (await succeeds(engine.docker(['image', 'inspect', DEBIAN]))) return;
  say(`making ${DEBIAN} by debootstrap`);
  const folder = mkdtempSync(join(tmpdir(), 'login-pipeline-debian-'));
  try {
    const options = ['--variant=minbase', '--include=ca-certificates', 'bookworm'];
    await run('debootstrap', [...options, join(folder, 'root')]);
    const archive = join(folder, 'root.tar');
    const skipped = ['--exclude=./var/cache/apt', '--exclude=./var/lib/apt/lists'];
    await run('tar', ['-C', join(folder, 'root'), ...skipped, '-cf', archive, '.']);
    await engine.docker(['import', archive, DEBIAN], { cwd: root });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function succeeds(attempt: Promise<unknown>): Promise<boolean> {
  return attempt.then(
    () => true,
    () => false,
  );
}

/** @returns the image that the Dockerfile builds on */
export function baseImage(root: string): string {
  const found = /^ARG NODE_IMAGE=(.*)$/m.exec(readFileSync(join(root, 'Dockerfile'), 'utf8'));
  return found?.[1] ?? '';
}
