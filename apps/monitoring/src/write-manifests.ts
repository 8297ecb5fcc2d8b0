/** Writes the manifests that are made from the alert rules and dashboards. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { generatedManifests } from './generated-manifests.ts';

const ROOT = join(import.meta.dirname, '../../..');
for (const [path, text] of Object.entries(generatedManifests(ROOT))) {
  writeFileSync(join(ROOT, path), text);
}
