import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from '@jest/globals';
import { schemaFaults } from './schema-check.ts';
import type { ManifestSchemas } from './schema-check.ts';
import { SCHEMAS_FILE } from './schemas-file.ts';

const ROOT = join(import.meta.dirname, '../../..');
const schemas = JSON.parse(readFileSync(join(ROOT, SCHEMAS_FILE), 'utf8')) as ManifestSchemas;

function faultsOf(apiVersion: string, kind: string, spec: object): string[] {
  const manifest = { apiVersion, kind, metadata: { name: 'it' }, spec };
  return schemaFaults([manifest], schemas);
}

it('What the API knows passes', () => {
  const budget = { maxUnavailable: 1, selector: { matchLabels: { app: 'it' } } };
  expect(faultsOf('policy/v1', 'PodDisruptionBudget', budget)).toEqual([]);
  expect(
    faultsOf('policy/v1', 'PodDisruptionBudget', { ...budget, maxUnavailable: '50%' }),
  ).toEqual([]);
});

it.each<[string, string, string, object, RegExp]>([
  [
    'a misspelt member',
    'policy/v1',
    'PodDisruptionBudget',
    { maxUnavailible: 1 },
    /maxUnavailible/,
  ],
  ['a wrong type', 'policy/v1', 'PodDisruptionBudget', { maxUnavailable: true }, /maxUnavailable/],
  [
    'a number where KEDA wants text',
    'keda.sh/v1alpha1',
    'ScaledObject',
    {
      scaleTargetRef: { name: 'it' },
      triggers: [{ type: 'kafka', metadata: { lagThreshold: 100 } }],
    },
    /lagThreshold/,
  ],
  ['a kind without a schema', 'v1', 'Gadget', {}, /no schema/],
])('%s does not pass', (_, apiVersion, kind, spec, fault) => {
  expect(faultsOf(apiVersion, kind, spec).join('\n')).toMatch(fault);
});
