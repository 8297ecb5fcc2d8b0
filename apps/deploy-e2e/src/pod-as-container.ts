import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Container, Manifest, PodSpec, Volume } from './manifests.ts';

/** Contents by key, by name of a ConfigMap or Secret. */
export type Sources = Readonly<Record<string, Readonly<Record<string, string>>>>;

export interface PodOptions {
  /** Replaces a StatefulSet's pod name and index. */
  readonly name: string;
  readonly index?: number;
  readonly secrets: Sources;
  /** For the files of its volumes; made where it is missing. */
  readonly folder: string;
}

/**
 * Translates the pod of a workload into arguments of `docker run`: user, rights, environment, volumes, command. Claims
 * and empty folders become memory.
 *
 * @param manifests of the overlay, with the ConfigMaps that the pod refers to
 * @throws Error when it refers to something that is not there
 */
export function podAsContainer(
  workload: Manifest,
  manifests: readonly Manifest[],
  options: PodOptions,
): string[] {
  const pod = workload.spec?.template?.spec;
  const container = pod?.containers[0];
  if (pod === undefined || container === undefined) throw new Error('a workload has a container');
  const configMaps = Object.fromEntries(
    manifests
      .filter(({ kind }) => kind === 'ConfigMap')
      .map(({ metadata, data = {} }) => [metadata.name, data]),
  );
  const user = pod.securityContext?.runAsUser ?? 0;
  const [command, ...rest] = container.command ?? [];
  return [
    ...['--name', options.name, '--read-only', '--cap-drop', 'ALL'],
    ...['--security-opt', 'no-new-privileges', '--user', `${user}:${user}`],
    ...Object.entries(environment(container, configMaps, options)).flatMap(([name, value]) => [
      '--env',
      `${name}=${value}`,
    ]),
    ...mounts(pod, container, configMaps, options, user),
    ...(command === undefined ? [] : ['--entrypoint', command]),
    container.image,
    ...rest,
    ...(container.args ?? []),
  ];
}

function environment(
  { env = [], envFrom = [] }: Container,
  configMaps: Sources,
  { name: podName, index = 0 }: PodOptions,
): Record<string, string> {
  const fields: Readonly<Record<string, string>> = {
    'metadata.name': podName,
    "metadata.labels['apps.kubernetes.io/pod-index']": String(index),
  };
  const found: Record<string, string> = {};
  for (const { configMapRef } of envFrom) {
    Object.assign(found, contents(configMaps, configMapRef?.name));
  }
  for (const { name, value, valueFrom } of env) {
    const { fieldRef } = (valueFrom ?? {}) as { fieldRef?: { fieldPath: string } };
    const own = value ?? fields[fieldRef?.fieldPath ?? ''] ?? '';
    found[name] = own.replace(/\$\((\w+)\)/g, (_, other: string) => found[other] ?? '');
  }
  return found;
}

function mounts(
  pod: PodSpec,
  container: Container,
  configMaps: Sources,
  options: PodOptions,
  user: number,
): string[] {
  const volumes = new Map(pod.volumes?.map((volume) => [volume.name, volume]));
  return (container.volumeMounts ?? []).flatMap(({ name, mountPath }) => {
    const volume = volumes.get(name);
    const files = volume && filesOf(volume, configMaps, options.secrets);
    if (files === undefined) return ['--tmpfs', `${mountPath}:uid=${user},gid=${user}`];
    const folder = join(options.folder, options.name, name);
    for (const [path, text] of Object.entries(files)) {
      mkdirSync(dirname(join(folder, path)), { recursive: true });
      writeFileSync(join(folder, path), text);
    }
    return ['--volume', `${folder}:${mountPath}:ro`];
  });
}

/** @returns undefined for a volume without content */
function filesOf(
  { configMap, secret, projected }: Volume,
  configMaps: Sources,
  secrets: Sources,
): Record<string, string> | undefined {
  if (configMap !== undefined) return { ...contents(configMaps, configMap.name) };
  const sources = secret
    ? [{ name: secret.secretName, items: secret.items }]
    : projected?.sources.flatMap((source) => source.secret ?? []);
  return sources?.reduce<Record<string, string>>((files, { name, items }) => {
    const keys = contents(secrets, name);
    const chosen = items ?? Object.keys(keys).map((key) => ({ key, path: key }));
    for (const { key, path } of chosen) {
      const text = keys[key];
      if (text === undefined) throw new Error(`the Secret ${name} has no ${key}`);
      files[path] = text;
    }
    return files;
  }, {});
}

function contents(sources: Sources, name = ''): Readonly<Record<string, string>> {
  const found = sources[name];
  if (found === undefined) throw new Error(`there is no ${name}`);
  return found;
}
