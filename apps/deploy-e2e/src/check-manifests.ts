/**
 * Checks the manifests of every overlay without a cluster, in seconds: strictly against the API's schemas, those of the
 * custom resources included, and against what we promise of every workload.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { runCommand } from '@login-pipeline/command';
import { OVERLAYS, render } from './manifests.ts';
import { breaches } from './policy.ts';
import { Report } from './report.ts';
import { schemaFaults } from './schema-check.ts';
import type { ManifestSchemas } from './schema-check.ts';
import { SCHEMAS_FILE } from './schemas-file.ts';

const ROOT = join(import.meta.dirname, '../../..');

await runCommand(async () => {
  const report = new Report();
  const schemas = JSON.parse(readFileSync(join(ROOT, SCHEMAS_FILE), 'utf8')) as ManifestSchemas;
  for (const overlay of OVERLAYS) {
    await report.check(
      `${overlay} is as Kubernetes ${schemas.kubernetes} and we want it`,
      async () => {
        const { manifests } = await render(ROOT, overlay);
        const faults = [...schemaFaults(manifests, schemas), ...breaches(manifests)];
        if (faults.length > 0) throw new Error(`\n${faults.join('\n')}`);
        return `${manifests.length} objects`;
      },
    );
  }
  return report.end();
});
