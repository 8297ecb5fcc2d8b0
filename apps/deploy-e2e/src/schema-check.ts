import { Ajv } from 'ajv';
import type { Manifest } from './manifests.ts';

/** JSON Schemas by `apiVersion/kind`, closed to unknown members, and the definitions they share. */
export interface ManifestSchemas {
  /** The API server that they are from. */
  readonly kubernetes: string;
  readonly kinds: Readonly<Record<string, object>>;
  readonly $defs: Readonly<Record<string, object>>;
}

/**
 * Compares manifests with the schemas of the API.
 *
 * @returns one line per fault
 */
export function schemaFaults(manifests: readonly Manifest[], schemas: ManifestSchemas): string[] {
  // Kubernetes' own formats and extensions are no business of a validator's.
  const ajv = new Ajv({ strict: false, allErrors: true, validateFormats: false });
  ajv.addSchema({ $id: 'urn:kubernetes:api', $defs: schemas.$defs });
  return manifests.flatMap((manifest) => {
    const name = `${manifest.kind} ${manifest.metadata.name}`;
    const schema = schemas.kinds[`${manifest.apiVersion}/${manifest.kind}`];
    if (schema === undefined) return [`${name}: no schema for ${manifest.apiVersion}`];
    const validate =
      ajv.getSchema(`${manifest.apiVersion}/${manifest.kind}`) ?? compile(ajv, manifest, schema);
    if (validate(manifest) === true) return [];
    return (validate.errors ?? []).map(
      ({ instancePath, message, params }) =>
        `${name}: ${instancePath} ${message ?? ''} ${JSON.stringify(params)}`,
    );
  });
}

function compile(ajv: Ajv, { apiVersion, kind }: Manifest, schema: object) {
  const id = `${apiVersion}/${kind}`;
  ajv.addSchema({ ...schema, $id: `urn:kubernetes:${id}` }, id);
  const validate = ajv.getSchema(id);
  if (validate === undefined) throw new Error(`the schema of ${id} does not compile`);
  return validate;
}
