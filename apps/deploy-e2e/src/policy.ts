import type { Container, Labels, Manifest, PodSpec } from './manifests.ts';

const WORKLOADS = new Set(['Deployment', 'StatefulSet', 'Job']);

/**
 * What we promise of every workload beyond what the API requires: least rights, probes, measured resources, closed
 * networks, room to drain.
 *
 * @param manifests of one overlay, all of them
 * @returns one line per breach
 */
export function breaches(manifests: readonly Manifest[]): string[] {
  const accounts = new Set(names(manifests, 'ServiceAccount'));
  return [
    ...manifests.flatMap((manifest) => {
      const template = manifest.spec?.template;
      if (!WORKLOADS.has(manifest.kind) || template === undefined) return [];
      const found = [
        ...podBreaches(template.spec, accounts),
        ...template.spec.containers.flatMap((it) => containerBreaches(it, manifest.kind)),
        ...(isClosed(template.metadata.labels, manifests) ? [] : ['no NetworkPolicy closes it']),
        ...(manifest.kind === 'Job' ||
        isAlone(manifest) ||
        hasBudget(template.metadata.labels, manifests)
          ? []
          : ['no PodDisruptionBudget']),
      ];
      return found.map((breach) => `${manifest.kind} ${manifest.metadata.name}: ${breach}`);
    }),
    ...manifests
      .filter(({ kind }) => kind === 'Secret')
      .map(
        ({ metadata }) => `Secret ${metadata.name}: secrets are referred to, never written down`,
      ),
  ];
}

function podBreaches(pod: PodSpec, accounts: ReadonlySet<string>): string[] {
  const { securityContext } = pod;
  const found: string[] = [];
  if (!accounts.has(pod.serviceAccountName ?? '')) found.push('no ServiceAccount of its own');
  if (pod.automountServiceAccountToken !== false) found.push('has a token');
  if (pod.enableServiceLinks !== false) found.push('service links would become settings');
  if (securityContext?.runAsNonRoot !== true) found.push('may run as root');
  if ((securityContext?.runAsUser ?? 0) === 0) found.push('no user');
  if (securityContext?.seccompProfile?.type !== 'RuntimeDefault') found.push('no seccomp profile');
  const drain = pod.containers
    .flatMap(({ env = [] }) => env)
    .find(({ name }) => name === 'DRAIN_TIMEOUT_MS')?.value;
  const grace = pod.terminationGracePeriodSeconds ?? 30;
  if (drain !== undefined && grace * 1000 <= Number(drain)) found.push('is killed while it drains');
  return found;
}

function containerBreaches(container: Container, kind: string): string[] {
  const { image, resources, securityContext } = container;
  const found: string[] = [];
  if (!/:[^/]*\d|@sha256:/.test(image)) found.push(`image ${image} is not pinned`);
  if (securityContext?.readOnlyRootFilesystem !== true)
    found.push('may write its root file system');
  if (securityContext?.allowPrivilegeEscalation !== false) found.push('may gain privileges');
  if (securityContext?.capabilities?.drop?.includes('ALL') !== true)
    found.push('keeps capabilities');
  for (const resource of ['memory', 'ephemeral-storage']) {
    if (resources?.requests?.[resource] === undefined) found.push(`no request of ${resource}`);
    if (resources?.limits?.[resource] === undefined) found.push(`no limit of ${resource}`);
  }
  if (resources?.requests?.['cpu'] === undefined) found.push('no request of cpu');
  if (kind !== 'Job' && container.readinessProbe === undefined) found.push('no readiness probe');
  if (kind !== 'Job' && container.livenessProbe === undefined) found.push('no liveness probe');
  return found;
}

/** Whether policies close both directions for pods with the labels. */
function isClosed(labels: Labels, manifests: readonly Manifest[]): boolean {
  const types = manifests
    .filter(
      ({ kind, spec }) =>
        kind === 'NetworkPolicy' && selects(spec?.podSelector?.matchLabels, labels),
    )
    .flatMap(({ spec }) => spec?.policyTypes ?? []);
  return types.includes('Ingress') && types.includes('Egress');
}

/** Of one replica a budget would only keep nodes from being drained. */
function isAlone({ spec }: Manifest): boolean {
  return spec?.replicas === 1;
}

function hasBudget(labels: Labels, manifests: readonly Manifest[]): boolean {
  return manifests.some(
    ({ kind, spec }) =>
      kind === 'PodDisruptionBudget' && selects(spec?.selector?.matchLabels, labels),
  );
}

function selects(selector: Labels = {}, labels: Labels): boolean {
  return Object.entries(selector).every(([name, value]) => labels[name] === value);
}

function names(manifests: readonly Manifest[], kind: string): string[] {
  return manifests.filter((it) => it.kind === kind).map(({ metadata }) => metadata.name);
}
