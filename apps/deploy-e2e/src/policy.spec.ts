import { expect, it } from '@jest/globals';
import type { Container, Manifest, PodSpec } from './manifests.ts';
import { breaches } from './policy.ts';

const CONTAINER: Container = {
  name: 'main',
  image: 'example/transformer:1.0.0',
  env: [{ name: 'DRAIN_TIMEOUT_MS', value: '20000' }],
  resources: {
    requests: { cpu: '1', memory: '1Mi', 'ephemeral-storage': '1Mi' },
    limits: { memory: '1Mi', 'ephemeral-storage': '1Mi' },
  },
  readinessProbe: {},
  livenessProbe: {},
  securityContext: {
    allowPrivilegeEscalation: false,
    readOnlyRootFilesystem: true,
    capabilities: { drop: ['ALL'] },
  },
};
const POD: PodSpec = {
  serviceAccountName: 'transformer',
  automountServiceAccountToken: false,
  enableServiceLinks: false,
  terminationGracePeriodSeconds: 45,
  securityContext: {
    runAsNonRoot: true,
    runAsUser: 65532,
    seccompProfile: { type: 'RuntimeDefault' },
  },
  containers: [CONTAINER],
};
const LABELS = { app: 'transformer' };

function object(kind: string, spec: Manifest['spec'] = {}, name = 'transformer'): Manifest {
  return { apiVersion: 'v1', kind, metadata: { name }, spec };
}

function overlay(pod: Partial<PodSpec> = {}, container: Partial<Container> = {}): Manifest[] {
  const spec = { ...POD, containers: [{ ...CONTAINER, ...container }], ...pod };
  return [
    object('Deployment', { template: { metadata: { labels: LABELS }, spec } }),
    object('ServiceAccount'),
    object('PodDisruptionBudget', { selector: { matchLabels: LABELS } }),
    object('NetworkPolicy', { podSelector: {}, policyTypes: ['Ingress', 'Egress'] }),
  ];
}

it('A workload with least rights has no breaches', () => {
  expect(breaches(overlay())).toEqual([]);
});

it.each<[string, Manifest[]]>([
  ['no ServiceAccount of its own', overlay({ serviceAccountName: 'default' })],
  ['has a token', overlay({ automountServiceAccountToken: true })],
  ['service links would become settings', overlay({ enableServiceLinks: true })],
  ['is killed while it drains', overlay({ terminationGracePeriodSeconds: 20 })],
  [
    'may run as root',
    overlay({ securityContext: { ...POD.securityContext, runAsNonRoot: false } }),
  ],
  ['image example/transformer is not pinned', overlay({}, { image: 'example/transformer' })],
  [
    'image example/transformer:latest is not pinned',
    overlay({}, { image: 'example/transformer:latest' }),
  ],
  [
    'may write its root file system',
    overlay(
      {},
      { securityContext: { ...CONTAINER.securityContext, readOnlyRootFilesystem: false } },
    ),
  ],
  [
    'no limit of memory',
    overlay({}, { resources: { ...CONTAINER.resources, limits: { 'ephemeral-storage': '1Mi' } } }),
  ],
  ['no PodDisruptionBudget', overlay().filter(({ kind }) => kind !== 'PodDisruptionBudget')],
  ['no NetworkPolicy closes it', overlay().filter(({ kind }) => kind !== 'NetworkPolicy')],
])('A breach is told: %s', (breach, manifests) => {
  expect(breaches(manifests)).toEqual([`Deployment transformer: ${breach}`]);
});

it('A written-down secret is a breach', () => {
  expect(breaches([...overlay(), object('Secret', {}, 'password')])).toEqual([
    'Secret password: secrets are referred to, never written down',
  ]);
});
