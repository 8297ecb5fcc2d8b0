import { LOGIN_JSON_SCHEMA, PROCESSED_LOGIN_JSON_SCHEMA } from '../src/json-schema.ts';

/** A JSON Schema file for outsiders: registries, consoles, sources in other languages. */
export interface JsonSchemaFile {
  readonly name: string;
  readonly location: URL;
  /** What the definition says now, as JSON text without white space. */
  readonly text: string;
}

/** The files of every topic that carries logins. */
export const JSON_SCHEMA_FILES: readonly JsonSchemaFile[] = [
  jsonSchemaFile('user-login.schema.json', LOGIN_JSON_SCHEMA),
  jsonSchemaFile('processed-user-login.schema.json', PROCESSED_LOGIN_JSON_SCHEMA),
];

function jsonSchemaFile(name: string, text: string): JsonSchemaFile {
  return { name, location: new URL(`../json-schema/${name}`, import.meta.url), text };
}
