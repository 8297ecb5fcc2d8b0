/** Writes what is made from code: docs/metrics.md and Grafana's dashboards. */
import { writeFileSync } from 'node:fs';
import { generatedFiles } from './files.ts';

for (const [path, content] of await generatedFiles()) writeFileSync(path, content);
