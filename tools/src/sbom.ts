/**
 * Prints the software bill of materials of an image (CycloneDX 1.5, https://cyclonedx.org/docs/1.5/json): Node, the
 * packages inside the bundle and the page, those installed beside it, and Debian's. The same sources give the same bytes.
 *
 *   node tools/src/sbom.ts APP FOLDER    FOLDER: the image's root file system, with APP installed in FOLDER/app
 */
import { execFileSync } from 'node:child_process';
import { existsSync, globSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { bundleOptions, sourceFolder } from '@login-pipeline/bundle';
import { build } from 'esbuild';
import type { BuildContext } from 'esbuild';
import { billOfMaterials, packageFolders } from './sbom/bill-of-materials.ts';
import type { Bill, NamedVersion } from './sbom/bill-of-materials.ts';

/** A service's page/build.mjs. */
interface PageBuild {
  pageContext(output: string, options: object): Promise<BuildContext>;
}

const ROOT = join(import.meta.dirname, '..', '..');
const [app = '', image = ''] = process.argv.slice(2);
process.chdir(ROOT);

const installed = globSync('app/node_modules/**/package.json', { cwd: image }).map((file) =>
  named(join(image, file)),
);
const bill = billOfMaterials({
  ofRepository: JSON.parse(
    execFileSync('npm', ['sbom', '--sbom-format=cyclonedx', '--package-lock-only'], {
      encoding: 'utf8',
      maxBuffer: 64 * 1024 * 1024,
    }),
  ) as Bill,
  subject: named(`${sourceFolder(app)}/package.json`),
  npm: [...packageFolders(await bundledFiles()).map((folder) => named(`${folder}/package.json`))]
    .concat(installed)
    .filter(({ version }) => version !== undefined),
  debian: readdirSync(join(image, 'var/lib/dpkg/status.d')).map((name) => ({
    name,
    version: /^Version: (.*)$/m.exec(
      readFileSync(join(image, 'var/lib/dpkg/status.d', name), 'utf8'),
    )?.[1],
  })),
  node: process.versions.node,
  time: new Date(Number(process.env['SOURCE_DATE_EPOCH'] ?? 0) * 1000),
});
process.stdout.write(`${JSON.stringify(bill, null, 2)}\n`);

/** @returns paths of all files that went into the bundle and the page, from the root of the repository */
async function bundledFiles(): Promise<string[]> {
  const { metafile } = await build({ ...bundleOptions(app, 'dist'), write: false, metafile: true });
  return [...Object.keys(metafile.inputs), ...(await pageFiles())];
}

async function pageFiles(): Promise<string[]> {
  const script = join(ROOT, sourceFolder(app), 'page/build.mjs');
  if (!existsSync(script)) return [];
  const output = mkdtempSync(join(tmpdir(), 'page-'));
  try {
    const page = (await import(pathToFileURL(script).href)) as PageBuild;
    const context = await page.pageContext(output, {});
    const { metafile } = await context.rebuild();
    await context.dispose();
    return Object.keys(metafile?.inputs ?? {});
  } finally {
    rmSync(output, { recursive: true });
  }
}

function named(manifest: string): NamedVersion {
  const { name, version } = JSON.parse(readFileSync(manifest, 'utf8')) as NamedVersion;
  return { name, version };
}
