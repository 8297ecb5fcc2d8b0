import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { requirePrograms } from '@login-pipeline/command';
import { stringify } from 'yaml';
import { CACHE, controlPlaneProgram, startControlPlane } from './control-plane.ts';
import type { ControlPlane } from './control-plane.ts';
import { OVERLAYS, render } from './manifests.ts';
import { manifestSchemas } from './openapi-schemas.ts';
import type { Report } from './report.ts';
import { SCHEMAS_FILE } from './schemas-file.ts';

const run = promisify(execFile);
const NAMESPACE = 'login-pipeline';
const ROLLOUT = ['rollout', 'status', '--timeout=120s', '-n', NAMESPACE];

/** Where the custom resources are defined, as Go modules and folders in them. */
const DEFINITIONS = [
  { module: 'github.com/kedacore/keda/v2@v2.21.0', folder: 'config/crd/bases' },
  {
    module: 'github.com/prometheus-operator/prometheus-operator@v0.85.0',
    folder: 'example/prometheus-operator-crd',
  },
  { module: 'github.com/cert-manager/cert-manager@v1.21.2', folder: 'deploy/crds' },
] as const;

/** What we do otherwise than the linter advises, and why. */
const LINTER_OPTIONS = [
  // Throttled, a member of a group may miss its heartbeats.
  '--ignore-container-cpu-limit',
  // Tags are never moved, and clusters for trying things out load images without a registry.
  '--ignore-test=container-image-pull-policy',
  // Kafka's image is made for the user 1000.
  '--ignore-test=container-security-context-user-group-id',
  // Topology spread constraints do it, and do not stop a rollout on few nodes.
  '--ignore-test=deployment-has-host-podantiaffinity',
  '--kubernetes-version=v1.36',
];

/**
 * Tries the manifests on a real API server and, on simulated nodes, how they roll out.
 *
 * @param writeSchemas whether to write the API's schemas for the check that needs no server
 */
export async function checkKubernetes(
  root: string,
  report: Report,
  writeSchemas: boolean,
): Promise<void> {
  requirePrograms('go', 'kubectl');
  const program = await controlPlaneProgram(root);
  const cluster = await startControlPlane(program);
  try {
    for (const definition of DEFINITIONS) await define(cluster, definition);
    if (writeSchemas) await writeSchemasFile(root, cluster);
    for (const overlay of OVERLAYS) {
      await report.check(`the API server takes ${overlay} in a dry run, without a warning`, () =>
        dryRun(cluster, root, overlay),
      );
    }
    await report.check('a pod that may do more than restricted ones is refused', () =>
      refusesRootPod(cluster),
    );
    await report.check('kube-score finds nothing in overlays/production-hpa', () => lint(root));
    await report.check('production rolls out on simulated nodes, and so does a new version', () =>
      rollOut(cluster, root),
    );
    await report.check('a second broker is not evicted while the first is away', () =>
      keepsTwoBrokers(cluster),
    );
  } finally {
    await cluster.stop();
  }
}

async function define(
  cluster: ControlPlane,
  { module, folder }: (typeof DEFINITIONS)[number],
): Promise<void> {
  const { stdout } = await run('go', ['mod', 'download', '-json', module], { cwd: tmpdir() });
  const definitions = join((JSON.parse(stdout) as { Dir: string }).Dir, folder);
  const files = readdirSync(definitions)
    .filter((file) => file.endsWith('.yaml') && file !== 'kustomization.yaml')
    .flatMap((file) => ['-f', join(definitions, file)]);
  await cluster.kubectl(['apply', '--server-side', ...files]);
  await cluster.kubectl(['wait', '--for=condition=Established', '--timeout=60s', ...files]);
}

async function writeSchemasFile(root: string, cluster: ControlPlane): Promise<void> {
  const rendered = await Promise.all(OVERLAYS.map((overlay) => render(root, overlay)));
  const schemas = await manifestSchemas(
    rendered.flatMap(({ manifests }) => manifests),
    async (path) => JSON.parse((await cluster.kubectl(['get', '--raw', path])).stdout) as unknown,
  );
  writeFileSync(join(root, SCHEMAS_FILE), `${JSON.stringify(schemas)}\n`);
}

async function dryRun(cluster: ControlPlane, root: string, overlay: string): Promise<string> {
  const { text, manifests } = await render(root, overlay);
  const namespace = manifests.find(({ kind }) => kind === 'Namespace');
  await cluster.kubectl(['apply', '-f', '-'], stringify(namespace));
  const options = ['apply', '--dry-run=server', '--validate=strict', '-f', '-'];
  const { stdout, stderr } = await cluster.kubectl(options, text);
  if (stderr.trim() !== '') throw new Error(stderr.trim());
  const taken = stdout.trim().split('\n').length;
  if (taken !== manifests.length)
    throw new Error(`only ${taken} of ${manifests.length} were taken`);
  return `${taken} objects`;
}

async function refusesRootPod(cluster: ControlPlane): Promise<void> {
  const pod = {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'root', namespace: NAMESPACE },
    spec: { containers: [{ name: 'root', image: 'root:1' }] },
  };
  const refusal = await refusalOf(
    cluster.kubectl(['apply', '--dry-run=server', '-f', '-'], stringify(pod)),
  );
  if (!refusal?.includes('violates PodSecurity "restricted')) throw new Error(refusal ?? 'taken');
}

async function lint(root: string): Promise<void> {
  const program = join(CACHE, 'bin/kube-score');
  if (!existsSync(program)) {
    mkdirSync(join(CACHE, 'bin'), { recursive: true });
    const env = { ...process.env, GOBIN: join(CACHE, 'bin') };
    await run('go', ['install', 'github.com/zegl/kube-score/cmd/kube-score@v1.20.0'], { env });
  }
  const { text } = await render(root, 'overlays/production-hpa');
  const linting = run(program, ['score', ...LINTER_OPTIONS, '--output-format=ci', '-']);
  linting.child.stdin?.end(text);
  const { stdout } = await linting.catch((error: unknown) => error as { stdout: string });
  const findings = stdout.split('\n').filter((line) => /^\[(CRITICAL|WARNING)\]/.test(line));
  if (findings.length > 0) throw new Error(`\n${findings.join('\n')}`);
}

async function rollOut(cluster: ControlPlane, root: string): Promise<void> {
  await cluster.kubectl(['apply', '-f', '-'], [0, 1, 2].flatMap(nodeAndVolume).join('---\n'));
  const { text } = await render(root, 'overlays/production-hpa');
  await cluster.kubectl(['apply', '--server-side', '-f', '-'], text);
  const workloads = ['statefulset/kafka', 'deployment/transformer', 'deployment/aggregator'];
  for (const workload of workloads) await cluster.kubectl([...ROLLOUT, workload]);
  await cluster.kubectl(
    ['wait', '--for=condition=complete', '--timeout=60s', '-n', NAMESPACE].concat('job', '--all'),
  );
  // The autoscaler keeps its minimum even where it has no figures.
  for (const app of ['transformer', 'aggregator']) {
    const twoReady = ['wait', '--for=jsonpath={.status.readyReplicas}=2', '--timeout=120s'];
    await cluster.kubectl([...twoReady, '-n', NAMESPACE, `deployment/${app}`]);
    const image = `${app}=login-pipeline/${app}:0.1.1`;
    await cluster.kubectl(['set', 'image', '-n', NAMESPACE, `deployment/${app}`, image]);
    await cluster.kubectl([...ROLLOUT, `deployment/${app}`]);
  }
}

/** With no node to go to, an evicted broker stays away. */
async function keepsTwoBrokers(cluster: ControlPlane): Promise<void> {
  for (const node of [0, 1, 2]) await cluster.kubectl(['cordon', `node-${node}`]);
  const first = await refusalOf(evict(cluster, 'kafka-0'));
  if (first !== undefined) throw new Error(`not even the first was: ${first}`);
  const second = await refusalOf(evict(cluster, 'kafka-1'));
  if (!second?.includes('disruption budget')) throw new Error(second ?? 'it was');
}

function evict(cluster: ControlPlane, name: string): Promise<unknown> {
  const path = `/api/v1/namespaces/${NAMESPACE}/pods/${name}/eviction`;
  const metadata = { name, namespace: NAMESPACE };
  const eviction = { apiVersion: 'policy/v1', kind: 'Eviction', metadata };
  return cluster.kubectl(['create', '--raw', path, '-f', '-'], JSON.stringify(eviction));
}

/** @returns what the server says against it, or undefined */
async function refusalOf(request: Promise<unknown>): Promise<string | undefined> {
  try {
    await request;
    return undefined;
  } catch (error) {
    return String(error);
  }
}

/** A node in a zone of its own, and a volume for a broker's records. */
function nodeAndVolume(index: number): string[] {
  const node = {
    apiVersion: 'v1',
    kind: 'Node',
    metadata: {
      name: `node-${index}`,
      labels: {
        'kubernetes.io/hostname': `node-${index}`,
        'topology.kubernetes.io/zone': `zone-${index}`,
      },
      annotations: { 'kwok.x-k8s.io/node': 'fake' },
    },
    status: {
      capacity: { cpu: '8', memory: '32Gi', pods: '110', 'ephemeral-storage': '100Gi' },
      allocatable: { cpu: '8', memory: '32Gi', pods: '110', 'ephemeral-storage': '100Gi' },
    },
  };
  const volume = {
    apiVersion: 'v1',
    kind: 'PersistentVolume',
    metadata: { name: `volume-${index}` },
    spec: {
      capacity: { storage: '50Gi' },
      accessModes: ['ReadWriteOnce'],
      hostPath: { path: `/volume-${index}` },
    },
  };
  return [stringify(node), stringify(volume)];
}
