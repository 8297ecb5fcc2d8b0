import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { Failure } from '@login-pipeline/command';
import { parseAllDocuments } from 'yaml';

const run = promisify(execFile);

/** What people apply, under deploy/kubernetes. */
export const OVERLAYS = ['overlays/dev', 'overlays/production', 'overlays/production-hpa'] as const;

export type Labels = Readonly<Record<string, string>>;

/** A file of a ConfigMap or Secret at another path. */
interface Item {
  readonly key: string;
  readonly path: string;
}

interface SecretSource {
  readonly name: string;
  readonly items?: readonly Item[];
}

export interface Volume {
  readonly name: string;
  readonly configMap?: { readonly name: string };
  readonly secret?: { readonly secretName: string; readonly items?: readonly Item[] };
  readonly projected?: { readonly sources: readonly { readonly secret?: SecretSource }[] };
  readonly emptyDir?: object;
}

export interface Container {
  readonly name: string;
  readonly image: string;
  readonly command?: readonly string[];
  readonly args?: readonly string[];
  readonly env?: readonly {
    readonly name: string;
    readonly value?: string;
    readonly valueFrom?: object;
  }[];
  readonly envFrom?: readonly { readonly configMapRef?: { readonly name: string } }[];
  readonly resources?: {
    readonly requests?: Labels;
    readonly limits?: Labels;
  };
  readonly readinessProbe?: object;
  readonly livenessProbe?: object;
  readonly volumeMounts?: readonly { readonly name: string; readonly mountPath: string }[];
  readonly securityContext?: {
    readonly allowPrivilegeEscalation?: boolean;
    readonly readOnlyRootFilesystem?: boolean;
    readonly capabilities?: { readonly drop?: readonly string[] };
  };
}

export interface PodSpec {
  readonly serviceAccountName?: string;
  readonly automountServiceAccountToken?: boolean;
  readonly enableServiceLinks?: boolean;
  readonly terminationGracePeriodSeconds?: number;
  readonly securityContext?: {
    readonly runAsNonRoot?: boolean;
    readonly runAsUser?: number;
    readonly seccompProfile?: { readonly type: string };
  };
  readonly containers: readonly Container[];
  readonly volumes?: readonly Volume[];
}

/** An object of Kubernetes, with the parts that are looked at. */
export interface Manifest {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: {
    readonly name: string;
    readonly namespace?: string;
    readonly labels?: Labels;
  };
  readonly data?: Labels;
  readonly spec?: {
    readonly replicas?: number;
    readonly podSelector?: { readonly matchLabels?: Labels };
    readonly policyTypes?: readonly string[];
    readonly selector?: { readonly matchLabels?: Labels };
    readonly template?: { readonly metadata: { readonly labels: Labels }; readonly spec: PodSpec };
  };
}

/**
 * Renders an overlay as `kubectl apply -k` would.
 *
 * @throws {Failure} when neither kubectl nor kustomize runs, or with what it says is wrong
 */
export async function render(
  root: string,
  overlay: string,
): Promise<{ text: string; manifests: Manifest[] }> {
  const folder = join(root, 'deploy/kubernetes', overlay);
  const text = await kustomize(folder);
  const manifests = parseAllDocuments(text).map((document) => document.toJS() as Manifest);
  return { text, manifests };
}

async function kustomize(folder: string): Promise<string> {
  for (const command of [
    ['kubectl', 'kustomize'],
    ['kustomize', 'build'],
  ] as const) {
    try {
      const [program, verb] = command;
      const { stdout } = await run(program, [verb, folder], { maxBuffer: 64 * 1024 * 1024 });
      return stdout;
    } catch (error) {
      if ((error as { code?: unknown }).code !== 'ENOENT') {
        throw new Failure(`${folder}: ${(error as { stderr?: string }).stderr ?? String(error)}`);
      }
    }
  }
  throw new Failure('Neither kubectl nor kustomize runs: install one of them.');
}
