import { LOGIN_SCHEMA, PROCESSED_LOGIN_SCHEMA } from '../src/login.ts';

/** A JSON Schema file for outsiders: registries, consoles, sources in other languages. */
export interface JsonSchemaFile {
  readonly name: string;
  readonly location: URL;
  /** What the definition says now, as JSON text without white space. */
  readonly text: string;
}

/** The files of every topic that carries logins. */
export const JSON_SCHEMA_FILES: readonly JsonSchemaFile[] = [
  jsonSchemaFile('user-login.schema.json', LOGIN_SCHEMA),
  jsonSchemaFile('processed-user-login.schema.json', PROCESSED_LOGIN_SCHEMA),
];

function jsonSchemaFile(name: string, schema: object): JsonSchemaFile {
  // Readers look for these first; the definition's own order puts them last.
  const about = { $schema: '', $id: '', title: '', description: '' };
  return {
    name,
    location: new URL(`../json-schema/${name}`, import.meta.url),
    text: JSON.stringify({ ...about, ...schema }),
  };
}
