import { LOGIN_SCHEMA, PROCESSED_LOGIN_SCHEMA } from './login.ts';

/** The JSON Schema of a login, as text: for schema registries, consoles, sources in other languages. */
export const LOGIN_JSON_SCHEMA = text(LOGIN_SCHEMA);

/** The JSON Schema of a processed login, as text. */
export const PROCESSED_LOGIN_JSON_SCHEMA = text(PROCESSED_LOGIN_SCHEMA);

function text(schema: object): string {
  // Readers look for these first; the definition's own order puts them last.
  const about = { $schema: '', $id: '', title: '', description: '' };
  return JSON.stringify({ ...about, ...schema });
}
