import type { Manifest } from './manifests.ts';
import type { ManifestSchemas } from './schema-check.ts';

type Json = Readonly<Record<string, unknown>>;

interface OpenApi {
  readonly components: { readonly schemas: Readonly<Record<string, Json>> };
}

const REFERENCE = '#/components/schemas/';
/** For people, and what JSON Schema does not know. */
const LEFT_OUT = new Set(['description', 'default', 'example', 'externalDocs', 'title']);

/**
 * Makes strict JSON Schemas of the OpenAPI documents that an API server publishes for its kinds and those of its custom
 * resources (https://kubernetes.io/docs/concepts/overview/kubernetes-api/#openapi-v3): what the schema does not name is
 * refused.
 *
 * @param manifests whose kinds are wanted
 * @param fetchJson gets a path of the API server
 */
export async function manifestSchemas(
  manifests: readonly Manifest[],
  fetchJson: (path: string) => Promise<unknown>,
): Promise<ManifestSchemas> {
  const { gitVersion } = (await fetchJson('/version')) as { gitVersion: string };
  const kinds: Record<string, object> = {};
  const $defs: Record<string, object> = {};
  const documents = new Map<string, OpenApi>();
  const wanted = [
    ...new Set(manifests.map(({ apiVersion, kind }) => `${apiVersion}/${kind}`)),
  ].sort();
  for (const id of wanted) {
    const kind = id.slice(id.lastIndexOf('/') + 1);
    const apiVersion = id.slice(0, id.lastIndexOf('/'));
    const path = apiVersion.includes('/') ? `apis/${apiVersion}` : `api/${apiVersion}`;
    const document = documents.get(path) ?? ((await fetchJson(`/openapi/v3/${path}`)) as OpenApi);
    documents.set(path, document);
    const { schemas } = document.components;
    const root = Object.entries(schemas).find(([, schema]) => isOfKind(schema, apiVersion, kind));
    if (root === undefined) throw new Error(`the API server does not know ${id}`);
    collect(root[0], schemas, $defs);
    kinds[id] = { $ref: `urn:kubernetes:api#/$defs/${root[0]}` };
  }
  return { kubernetes: gitVersion, kinds, $defs: sorted($defs) };
}

function isOfKind(schema: Json, apiVersion: string, kind: string): boolean {
  const marks = (schema['x-kubernetes-group-version-kind'] ?? []) as {
    group: string;
    version: string;
    kind: string;
  }[];
  return marks.some(
    (mark) =>
      mark.kind === kind &&
      (mark.group === '' ? mark.version : `${mark.group}/${mark.version}`) === apiVersion,
  );
}

/** Takes over the definition of a name and all that it refers to. */
function collect(
  name: string,
  schemas: OpenApi['components']['schemas'],
  into: Record<string, object>,
): void {
  if (name in into) return;
  into[name] = {};
  into[name] = strict(schemas[name] ?? {}, (other) => {
    collect(other, schemas, into);
  }) as object;
}

function strict(value: unknown, onReference: (name: string) => void): unknown {
  if (Array.isArray(value)) return value.map((it: unknown) => strict(it, onReference));
  if (typeof value !== 'object' || value === null) return value;
  const schema = value as Json;
  const reference = schema['$ref'];
  if (typeof reference === 'string') {
    const name = reference.slice(REFERENCE.length);
    onReference(name);
    return { $ref: `#/$defs/${name}` };
  }
  const result: Record<string, unknown> = {};
  for (const [key, member] of Object.entries(schema)) {
    if (key === 'properties') result[key] = mapped(member as Json, onReference);
    else if (isUnderstood(key, member)) result[key] = strict(member, onReference);
  }
  if (schema['x-kubernetes-int-or-string'] === true) return { type: ['integer', 'string'] };
  const open = schema['x-kubernetes-preserve-unknown-fields'] === true;
  if (schema['properties'] !== undefined && schema['additionalProperties'] === undefined && !open) {
    result['additionalProperties'] = false;
  }
  return result;
}

function isUnderstood(key: string, value: unknown): boolean {
  if (key === 'pattern') return isPattern(String(value));
  return !LEFT_OUT.has(key) && !key.startsWith('x-');
}

/** Go's patterns are not all JavaScript's. */
function isPattern(pattern: string): boolean {
  try {
    return new RegExp(pattern, 'u').source !== '';
  } catch {
    return false;
  }
}

/** Names of properties may be those of keywords, so they are not looked at. */
function mapped(properties: Json, onReference: (name: string) => void): Json {
  return Object.fromEntries(
    Object.entries(properties).map(([name, schema]) => [name, strict(schema, onReference)]),
  );
}

function sorted<T>(record: Readonly<Record<string, T>>): Record<string, T> {
  return Object.fromEntries(
    Object.entries(record).sort(([left], [right]) => (left < right ? -1 : 1)),
  );
}
