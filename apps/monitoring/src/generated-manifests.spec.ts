import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from '@jest/globals';
import { parseAllDocuments } from 'yaml';
import { generatedManifests } from './generated-manifests.ts';

const ROOT = join(import.meta.dirname, '../../..');
const generated = generatedManifests(ROOT);

it.each(Object.entries(generated))('%s is as `npm run generate` writes it', (path, text) => {
  expect(readFileSync(join(ROOT, path), 'utf8')).toBe(text);
});

it('The rules of Kubernetes are those of Prometheus', () => {
  const text = generated['deploy/kubernetes/components/monitoring/prometheus-rules.yaml'] ?? '';
  const specs = parseAllDocuments(text).map(
    (document) => (document.toJS() as { spec: { groups: { name: string }[] } }).spec,
  );
  const files = ['consumers', 'kafka', 'records', 'services'].map((name) => {
    const file = readFileSync(join(ROOT, `deploy/prometheus/rules/${name}.yml`), 'utf8');
    return parseAllDocuments(file)[0]?.toJS() as unknown;
  });
  expect(specs).toEqual(expect.arrayContaining(files));
});
