import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { V8_OPTIONS } from '@login-pipeline/bundle';
import { loadSettings } from '@login-pipeline/config';
import { SERVICES } from '@login-pipeline/ops/settings';
import { TOPICS } from '@login-pipeline/schema';
import { parse } from 'yaml';

const ROOT = join(import.meta.dirname, '../../..');
const read = (file: string) => readFileSync(join(ROOT, file), 'utf8');
const dockerfile = read('Dockerfile');
const manifest = JSON.parse(read('package.json')) as {
  version: string;
  devDependencies: Record<string, string>;
};

interface ServiceSettings {
  readonly http: { readonly port: number };
}

interface Service {
  readonly image: string;
  readonly command?: readonly string[];
  readonly stop_grace_period?: string;
}
const { services } = parse(read('docker-compose.yml'), { merge: true }) as {
  services: Record<string, Service>;
};

describe('The images', () => {
  it.each(
    Object.entries(SERVICES).map(
      ([app, declared]) => [app, loadSettings<ServiceSettings>(declared, {})] as const,
    ),
  )('of the %s listens where the service does by itself', (app, { http: { port } }) => {
    const stage = dockerfile.split(`AS image-${app}\n`)[1]?.split('\nFROM ')[0];
    expect(stage).toContain(`ENV HTTP_PORT=${port}\nEXPOSE ${port}`);
  });

  it('start services with the options of V8 that all else starts them with', () => {
    const stage = dockerfile.split('AS service\n')[1]?.split('\nFROM ')[0] ?? '';
    const entrypoint = /^ENTRYPOINT (\[.*?\])$/ms.exec(stage)?.[1]?.replaceAll('\\\n', '');
    expect(JSON.parse(entrypoint ?? '[]')).toEqual([
      '/usr/local/bin/node',
      ...V8_OPTIONS,
      '/app/main.js',
    ]);
    expect(dockerfile.match(/^ENTRYPOINT/gm)).toHaveLength(2);
  });

  it('hold the version of Node that the repository pins, and its own version', () => {
    expect(dockerfile).toContain(`ARG NODE_IMAGE=node:${manifest.devDependencies['node']}-`);
    expect(dockerfile).toContain(`ARG VERSION=${manifest.version}\n`);
  });
});

describe('docker-compose.yml', () => {
  it('pins every image', () => {
    for (const { image } of Object.values(services)) expect(image).toMatch(/:v?\d+\.\d+/);
  });

  it('runs the release of Kafka that the tests run against', () => {
    const pom = read('libs/embedded-kafka/src/pom.xml');
    expect(services['kafka']?.image).toBe(`apache/kafka:${/<version>(.*?)</.exec(pom)?.[1]}`);
  });

  it('gives services more time to stop than they take', () => {
    const grace = services['transformer']?.stop_grace_period ?? '';
    expect(Number.parseInt(grace) * 1000).toBeGreaterThan(
      loadSettings(SERVICES.transformer, {}).drainTimeoutMs,
    );
  });
});

it('The autoscalers watch the topics and groups that the services read', () => {
  const scaled = read('deploy/kubernetes/components/keda/scaled-objects.yaml');
  for (const [group, topic] of [
    ['transformer', TOPICS.userLogin],
    ['aggregator', TOPICS.processedUserLogin],
  ]) {
    expect(scaled).toContain(`consumerGroup: ${group}\n        topic: ${topic}\n`);
  }
});
