import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Engine } from './engine.ts';
import type { Report } from './report.ts';

export const APPS = ['ops', 'data-generator', 'transformer', 'aggregator'] as const;
/** Builds reach the registries of packages as this machine does. */
export const HOST_NETWORK = ['--network', 'host'];
export const VERSION = (
  JSON.parse(readFileSync(join(import.meta.dirname, '../../../package.json'), 'utf8')) as {
    version: string;
  }
).version;
const LARGEST_MB = 250;

interface Inspected {
  readonly Size: number;
  readonly Config: {
    readonly User: string;
    readonly Labels: Readonly<Record<string, string>>;
    readonly Healthcheck?: object;
  };
  readonly RootFS: { readonly Layers: readonly string[] };
}

/** Builds the images and tries what is promised of each. */
export async function checkImages(engine: Engine, report: Report): Promise<void> {
  for (const app of APPS) {
    const image = imageOf(app);
    const built = await report.check(`the image of ${app} builds`, () => build(engine, app, image));
    if (!built) continue;
    await report.check(`the image of ${app} is small, labelled and without root`, async () => {
      const { Size, Config } = await inspect(engine, image);
      const megabytes = Math.round(Size / 1e6);
      if (megabytes > LARGEST_MB) throw new Error(`it has ${megabytes} MB`);
      if (!/^[1-9]\d*:/.test(Config.User)) throw new Error(`its user is "${Config.User}"`);
      if (Config.Labels['org.opencontainers.image.version'] !== VERSION) throw new Error('label');
      if (app !== 'ops' && Config.Healthcheck === undefined) throw new Error('no health check');
      return `${megabytes} MB`;
    });
    await report.check(`the image of ${app} has no shell and no package manager`, async () => {
      for (const program of ['sh', 'bash', 'npm', 'apt-get']) {
        const options = ['run', '--rm', '--entrypoint', program, image];
        const error = await engine.docker(options).catch((it: unknown) => String(it));
        if (!error.includes('not found')) throw new Error(`it has ${program}`);
      }
    });
    await report.check(`the image of ${app} tells what it is made of`, () => bill(engine, image));
  }
  await report.check('a second build gives the same layers', async () => {
    const again = 'login-pipeline/transformer:again';
    await build(engine, 'transformer', again, ['--no-cache']);
    const [first, second] = [
      await inspect(engine, imageOf('transformer')),
      await inspect(engine, again),
    ];
    await engine.docker(['image', 'rm', again]);
    if (String(first.RootFS.Layers) !== String(second.RootFS.Layers))
      throw new Error('they differ');
  });
}

export function imageOf(app: string): string {
  return `login-pipeline/${app}:${VERSION}`;
}

/** @param options further ones of `docker build` */
export async function build(
  engine: Engine,
  app: string,
  image: string,
  options: readonly string[] = [],
): Promise<void> {
  const target = ['--build-arg', `APP=${app}`, '--tag', image];
  await engine.docker(['build', '--quiet', ...HOST_NETWORK, ...options, ...target, '.']);
}

async function inspect(engine: Engine, image: string): Promise<Inspected> {
  const [found] = JSON.parse(await engine.docker(['image', 'inspect', image])) as Inspected[];
  if (found === undefined) throw new Error(`there is no ${image}`);
  return found;
}

/** Runs with no rights at all, as in production. */
async function bill(engine: Engine, image: string): Promise<string> {
  const print = "process.stdout.write(require('fs').readFileSync('/app/sbom.cdx.json'))";
  const text = await engine.docker([
    ...['run', '--rm', '--read-only', '--cap-drop', 'ALL', '--network', 'none'],
    ...['--entrypoint', 'node', image, '--eval', print],
  ]);
  const { components } = JSON.parse(text) as { components: { purl: string }[] };
  const kinds = ['pkg:npm/pino@', 'pkg:generic/node@', 'pkg:deb/debian/libc6@'];
  const missing = kinds.filter((kind) => !components.some(({ purl }) => purl.startsWith(kind)));
  if (missing.length > 0) throw new Error(`not in it: ${missing.join(', ')}`);
  return `${components.length} components`;
}
