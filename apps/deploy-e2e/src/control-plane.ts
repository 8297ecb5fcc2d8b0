import { execFile } from 'node:child_process';
import { createHash, generateKeyPairSync } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { freePorts, say, supervised } from '@login-pipeline/command';
import type { Supervised } from '@login-pipeline/command';

const run = promisify(execFile);
const MODULE = 'deploy/test/kubernetes/control-plane';
const DEADLINE_MS = 60_000;
const GRACE_SECONDS = 15;

/** Where built programs are kept from run to run. */
export const CACHE = join(
  process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'),
  'login-pipeline',
);

/** A running Kubernetes without kubelets: API server, controllers, scheduler, and nodes whose pods are simulated. */
export interface ControlPlane {
  /** Runs kubectl. @throws Error with what it says */
  kubectl(args: readonly string[], input?: string): Promise<{ stdout: string; stderr: string }>;
  stop(): Promise<void>;
}

/**
 * Builds the control plane once (about a quarter of an hour of processor time), then keeps it.
 *
 * @returns the path of the program
 */
export async function controlPlaneProgram(root: string): Promise<string> {
  const digest = createHash('sha256');
  for (const file of ['go.mod', 'go.sum', 'main.go'])
    digest.update(readFileSync(join(root, MODULE, file)));
  const program = join(CACHE, `control-plane-${digest.digest('hex').slice(0, 12)}`);
  if (existsSync(program)) return program;
  say('building the control plane of Kubernetes (once, about a quarter of an hour)');
  mkdirSync(CACHE, { recursive: true });
  const version =
    /k8s\.io\/kubernetes (v\S+)/.exec(readFileSync(join(root, MODULE, 'go.mod'), 'utf8'))?.[1] ??
    '';
  const [major = '', minor = ''] = version.slice(1).split('.');
  const base = 'k8s.io/component-base/version';
  const flags = `-s -w -X ${base}.gitVersion=${version} -X ${base}.gitMajor=${major} -X ${base}.gitMinor=${minor}`;
  const built = `${program}.${process.pid}`;
  await run(
    'go',
    ['build', '-p', '2', '-trimpath', '-buildvcs=false', '-ldflags', flags, '-o', built, '.'],
    {
      cwd: join(root, MODULE),
    },
  );
  renameSync(built, program);
  return program;
}

/** Starts everything on free ports of this machine; the folder of its state goes with it. */
export async function startControlPlane(program: string): Promise<ControlPlane> {
  const folder = mkdtempSync(join(tmpdir(), 'login-pipeline-kubernetes-'));
  const started: Supervised[] = [];
  const start = (part: string, args: readonly string[]) => {
    const logFile = join(folder, `${part}.log`);
    started.unshift(
      supervised(program, [part, ...args], {
        logFile,
        graceSeconds: GRACE_SECONDS,
        orphanedFolder: part === 'etcd' ? folder : undefined,
      }),
    );
  };
  const stop = async () => {
    for (const part of started) await part.stop();
    rmSync(folder, { recursive: true, force: true });
  };
  try {
    const [etcd = 0, etcdPeer = 0, api = 0] = await freePorts(3);
    const keys = generateKeyPairSync('rsa', {
      modulusLength: 2048,
      publicKeyEncoding: { type: 'spki', format: 'pem' },
      privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
    });
    const file = (name: string, content: string) => {
      writeFileSync(join(folder, name), content, { mode: 0o600 });
      return join(folder, name);
    };
    const publicKey = file('accounts.pub', keys.publicKey);
    const privateKey = file('accounts.key', keys.privateKey);
    const kubeconfig = file('kubeconfig', kubeconfigFor(`https://127.0.0.1:${api}`));
    const local = (port: number) => `http://127.0.0.1:${port}`;
    start('etcd', [
      ...['--data-dir', join(folder, 'etcd'), '--unsafe-no-fsync'],
      ...['--listen-client-urls', local(etcd), '--advertise-client-urls', local(etcd)],
      ...['--listen-peer-urls', local(etcdPeer), '--initial-advertise-peer-urls', local(etcdPeer)],
      ...['--initial-cluster', `default=${local(etcdPeer)}`],
    ]);
    start('kube-apiserver', [
      ...[`--etcd-servers=${local(etcd)}`, `--secure-port=${api}`, '--bind-address=127.0.0.1'],
      ...[`--cert-dir=${join(folder, 'certificates')}`, '--authorization-mode=AlwaysAllow'],
      `--token-auth-file=${file('tokens', 'test,admin,1,"system:masters"\n')}`,
      ...[
        `--service-account-key-file=${publicKey}`,
        `--service-account-signing-key-file=${privateKey}`,
      ],
      ...[
        '--service-account-issuer=https://kubernetes.default.svc',
        '--service-cluster-ip-range=10.0.0.0/16',
      ],
    ]);
    const kubectl = async (args: readonly string[], input?: string) => {
      const child = run('kubectl', ['--kubeconfig', kubeconfig, ...args], {
        maxBuffer: 64 * 1024 * 1024,
      });
      child.child.stdin?.end(input);
      return child;
    };
    await answering(() => kubectl(['get', '--raw', '/readyz']));
    const common = [`--kubeconfig=${kubeconfig}`, '--leader-elect=false', '--secure-port=0'];
    start('kube-controller-manager', [
      ...common,
      `--service-account-private-key-file=${privateKey}`,
    ]);
    start('kube-scheduler', common);
    const { stdout: stages } = await run(program, ['kwok-stages']);
    start('kwok', [
      ...[`--kubeconfig=${kubeconfig}`, `--config=${file('stages.yaml', stages)}`],
      ...['--manage-all-nodes=true', '--cidr=10.244.0.0/16', '--node-ip=127.0.0.1'],
    ]);
    return { kubectl, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

function kubeconfigFor(server: string): string {
  return JSON.stringify({
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [{ name: 'test', cluster: { server, 'insecure-skip-tls-verify': true } }],
    users: [{ name: 'test', user: { token: 'test' } }],
    contexts: [{ name: 'test', context: { cluster: 'test', user: 'test' } }],
    'current-context': 'test',
  });
}

async function answering(ask: () => Promise<unknown>): Promise<void> {
  const deadline = Date.now() + DEADLINE_MS;
  for (;;) {
    try {
      await ask();
      return;
    } catch (error) {
      if (Date.now() > deadline) throw error;
      await sleep(250);
    }
  }
}
