/** Writes the JSON Schema files anew. Run it after a change of the definitions. */
import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { format, resolveConfig } from 'prettier';
import { JSON_SCHEMA_FILES } from './json-schema-files.ts';

for (const { location, text } of JSON_SCHEMA_FILES) {
  const filepath = fileURLToPath(location);
  writeFileSync(filepath, await format(text, { ...(await resolveConfig(filepath)), filepath }));
  process.stdout.write(`wrote ${filepath}\n`);
}
