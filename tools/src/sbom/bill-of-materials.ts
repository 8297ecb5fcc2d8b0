import { createHash } from 'node:crypto';

/** The members of a CycloneDX document that we read or write. */
export interface Bill {
  readonly metadata: { readonly tools: unknown };
  readonly components: readonly Component[];
  readonly dependencies: readonly { readonly ref: string; readonly dependsOn: readonly string[] }[];
}

interface Component {
  readonly 'bom-ref': string;
  readonly type: string;
  readonly name: string;
  readonly version?: string;
  readonly purl: string;
}

export interface NamedVersion {
  readonly name: string;
  /** Not set: a manifest that only tells how to load the folder it is in, no package. */
  readonly version?: string | undefined;
}

export interface ImageContent {
  /** Of everything in the lock file, as npm writes it. */
  readonly ofRepository: Bill;
  readonly subject: NamedVersion;
  /** Packages that are in the image. */
  readonly npm: readonly NamedVersion[];
  readonly debian: readonly NamedVersion[];
  /** Version of Node. */
  readonly node: string;
  readonly time: Date;
}

/**
 * @returns the bill of what is in the image
 * @throws when a package in the image is not in the lock file
 */
export function billOfMaterials(content: ImageContent): object {
  const { ofRepository, subject, time } = content;
  const known = new Map(ofRepository.components.map((it) => [it['bom-ref'], it]));
  const npm = references(content.npm).map((reference) => {
    const component = known.get(reference);
    if (component === undefined) throw new Error(`${reference} is in the image but not locked`);
    // Whether npm would need it for something else does not matter: it is there.
    return { ...component, scope: 'required' };
  });
  const components = [
    ...npm,
    nodeComponent(content.node),
    ...content.debian.map(debianComponent).sort(byReference),
  ];
  const included = new Set(components.map((it) => it['bom-ref']));
  const reference = `${subject.name}@${subject.version ?? ''}`;
  const document = {
    $schema: 'http://cyclonedx.org/schema/bom-1.5.schema.json',
    bomFormat: 'CycloneDX',
    specVersion: '1.5',
    version: 1,
    metadata: {
      timestamp: time.toISOString(),
      lifecycles: [{ phase: 'build' }],
      tools: ofRepository.metadata.tools,
      component: { 'bom-ref': reference, type: 'application', ...subject },
    },
    components,
    dependencies: [
      { ref: reference, dependsOn: [...included] },
      ...ofRepository.dependencies
        .filter(({ ref }) => included.has(ref))
        .map(({ ref, dependsOn }) => ({
          ref,
          dependsOn: dependsOn.filter((on) => included.has(on)),
        })),
    ],
  };
  return { ...document, serialNumber: `urn:uuid:${uuidOf(JSON.stringify(document))}` };
}

/** @returns folders of the npm packages that the files belong to, once each, innermost ones for nested packages */
export function packageFolders(files: readonly string[]): string[] {
  const folders = files.flatMap(
    (file) => /^(?:.*\/)?node_modules\/(?:@[^/]+\/)?[^/]+/.exec(file)?.[0] ?? [],
  );
  return [...new Set(folders)].sort();
}

function references(packages: readonly NamedVersion[]): string[] {
  return [...new Set(packages.map(({ name, version }) => `${name}@${version ?? ''}`))].sort();
}

function nodeComponent(version: string): Component {
  const purl = `pkg:generic/node@${version}`;
  return { 'bom-ref': purl, type: 'platform', name: 'node', version, purl };
}

function debianComponent({ name, version = '' }: NamedVersion): Component {
  const purl = `pkg:deb/debian/${name}@${encodeURIComponent(version)}`;
  return { 'bom-ref': purl, type: 'library', name, version, purl };
}

function byReference(left: Component, right: Component): number {
  return left['bom-ref'] < right['bom-ref'] ? -1 : 1;
}

/** @returns a version 8 UUID (RFC 9562) of the text's digest, so that equal bills have equal numbers */
function uuidOf(text: string): string {
  const digest = createHash('sha256').update(text).digest('hex');
  const variant = ((parseInt(digest.charAt(16), 16) & 0x3) | 0x8).toString(16);
  return [
    digest.slice(0, 8),
    digest.slice(8, 12),
    `8${digest.slice(13, 16)}`,
    `${variant}${digest.slice(17, 20)}`,
    digest.slice(20, 32),
  ].join('-');
}
