import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePorts } from '@login-pipeline/command';
import { Authority } from '@login-pipeline/embedded-kafka';
import { parseAllDocuments } from 'yaml';
import type { Engine } from './engine.ts';
import { eventually } from './eventually.ts';
import { imageOf } from './images.ts';
import { render } from './manifests.ts';
import type { Manifest } from './manifests.ts';
import { podAsContainer } from './pod-as-container.ts';
import type { Sources } from './pod-as-container.ts';
import { removeNetwork } from './remove-network.ts';

const NETWORK = 'login-pipeline-production';
const BROKERS = [0, 1, 2];
const CLIENTS = ['transformer', 'aggregator', 'kafka-exporter', 'keda'];
const LOGINS = 2000;

interface Insights {
  readonly complete: boolean;
  readonly total: number;
}

interface Flow {
  readonly emitted: number;
  readonly dropped: number;
  readonly deadLettered: number;
}

/**
 * Runs the pods of overlays/production as containers: three brokers with TLS, passwords and rights, the Jobs that create
 * users and topics, the services. Certificates and passwords are made as docs/deploy.md says.
 *
 * @returns what was counted
 */
export async function runProduction(engine: Engine, root: string): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), 'login-pipeline-production-'));
  const { text, manifests } = await render(root, 'overlays/production');
  const secrets = await makeSecrets(text);
  const started: string[] = [];
  const run = async (kind: string, app: string, options: readonly string[], index?: number) => {
    const workload = manifests.find((it) => it.kind === kind && it.metadata.name === app);
    if (workload === undefined) throw new Error(`there is no ${kind} ${app}`);
    const name = index === undefined ? app : `${app}-${index}`;
    const pod = podAsContainer(workload, manifests, { name, index: index ?? 0, secrets, folder });
    started.push(name);
    await engine.docker(['run', '--network', NETWORK, ...options, ...pod]);
  };
  try {
    await removeNetwork(engine, NETWORK);
    await engine.docker(['network', 'create', NETWORK]);
    for (const index of BROKERS) {
      const names = ['kafka', 'kafka-nodes', `kafka-${index}.kafka-nodes`];
      const aliases = names.flatMap((name) => ['--network-alias', name]);
      await run('StatefulSet', 'kafka', ['--detach', ...aliases], index);
    }
    // As Kubernetes does with a Job that failed because the brokers were not there yet.
    for (const job of ['kafka-users', 'topics']) {
      await eventually(`the Job ${job} ends well`, async () => {
        await engine.docker(['rm', '--force', job]);
        await run('Job', job, []);
        return true;
      });
    }
    const [port = 0] = await freePorts(1);
    await run('Deployment', 'transformer', ['--detach']);
    await run('Deployment', 'aggregator', ['--detach', '--publish', `127.0.0.1:${port}:3000`]);
    await generate(engine, manifests, { secrets, folder });
    let total = 0;
    await eventually('every login is accounted for', async () => {
      const insights = (await answerOf(`http://127.0.0.1:${port}/insights`)) as Insights;
      const flow = (await answerOf(`http://127.0.0.1:${port}/flow`)) as Flow;
      total = insights.total;
      const known = flow.emitted + flow.dropped + flow.deadLettered;
      return insights.complete && known === LOGINS && insights.total === flow.emitted;
    });
    return `${total} of ${LOGINS} logins passed the filter`;
  } catch (error) {
    const logs = await Promise.all(started.map((name) => lastLines(engine, name)));
    throw new Error(`${String(error)}\n${logs.join('\n')}`);
  } finally {
    await removeNetwork(engine, NETWORK);
    rmSync(folder, { recursive: true, force: true });
  }
}

async function answerOf(url: string): Promise<unknown> {
  return (await fetch(url, { signal: AbortSignal.timeout(5000) })).json();
}

/** Logins are no part of production, so an administrator writes them. */
async function generate(
  engine: Engine,
  manifests: readonly Manifest[],
  options: { secrets: Sources; folder: string },
): Promise<void> {
  const topics = manifests.find(
    ({ kind, metadata }) => kind === 'Job' && metadata.name === 'topics',
  );
  if (topics === undefined) throw new Error('there is no Job topics');
  const pod = podAsContainer(topics, manifests, { ...options, name: 'generator' });
  const generator = imageOf('data-generator');
  const settings = ['--env', `COUNT=${LOGINS}`, '--env', 'RATE=0'];
  const image = pod.indexOf(imageOf('ops'));
  await engine.docker([
    'run',
    '--network',
    NETWORK,
    ...settings,
    ...pod.slice(0, image),
    generator,
  ]);
}

/** What cert-manager makes of certificates.yaml, and a password for each client. */
async function makeSecrets(rendered: string): Promise<Sources> {
  const authority = await Authority.create();
  const secrets: Record<string, Record<string, string>> = {};
  for (const document of parseAllDocuments(rendered)) {
    const { kind, spec } = document.toJS() as {
      kind: string;
      spec?: { secretName: string; commonName: string; dnsNames?: string[]; isCA?: boolean };
    };
    if (kind !== 'Certificate' || spec === undefined || spec.isCA === true) continue;
    const { commonName, dnsNames: hosts = ['unused'] } = spec;
    const { cert, key } = await authority.issue({ commonName, hosts });
    secrets[spec.secretName] = {
      'ca.crt': authority.certificate,
      'tls.crt': cert,
      'tls.key': key,
      'tls-combined.pem': `${key}\n${cert}`,
    };
  }
  for (const client of CLIENTS) {
    secrets[`${client}-kafka`] = { password: randomBytes(33).toString('base64') };
  }
  return secrets;
}

async function lastLines(engine: Engine, name: string): Promise<string> {
  const text = await engine.docker(['logs', '--tail', '8', name]).catch(() => '');
  return `${name}: ${text}`;
}
