import { freePorts } from '@login-pipeline/command';
import type { Engine } from './engine.ts';
import { eventually } from './eventually.ts';
import { APPS, imageOf } from './images.ts';
import { removeNetwork } from './remove-network.ts';
import type { Report } from './report.ts';
import { updateOneByOne } from './rolling-update.ts';
import { provideImage } from './stand-ins.ts';

const NAME = 'login-pipeline-test';
const PROJECT = ['--project-name', NAME];
const NETWORK = `${NAME}_default`;
/** Logins to wait for, in the insights. */
const SOME = 500;

interface Insights {
  readonly complete: boolean;
  readonly total: number;
}

interface Targets {
  readonly data: {
    readonly activeTargets: readonly {
      readonly health: string;
      readonly lastError: string;
      readonly labels: { readonly job: string };
    }[];
  };
}

/** Starts docker-compose.yml on free ports and looks at it as a user would. */
export async function checkCompose(engine: Engine, root: string, report: Report): Promise<void> {
  report.skip('profile connect', 'its worker and PostgreSQL have a test of their own');
  const [kafka = 0, transformer = 0, aggregator = 0, generator = 0, prometheus = 0] =
    await freePorts(5);
  const [alertmanager = 0, grafana = 0, registry = 0] = await freePorts(3);
  const env = {
    COMPOSE_PROFILES: 'monitoring,registry',
    KAFKA_PORT: String(kafka),
    TRANSFORMER_PORTS: String(transformer),
    AGGREGATOR_PORTS: String(aggregator),
    GENERATOR_PORT: String(generator),
    PROMETHEUS_PORT: String(prometheus),
    ALERTMANAGER_PORT: String(alertmanager),
    GRAFANA_PORT: String(grafana),
    REGISTRY_PORT: String(registry),
  };
  const compose = (...args: string[]) => engine.compose([...PROJECT, ...args], { env });
  const absent = await provideImages(engine, root, report, await compose('config'));
  const services = (await compose('config', '--services')).trim().split('\n');
  const started = services.filter((service) => !absent.has(service));
  const url = `http://127.0.0.1:${aggregator}`;
  try {
    const up = await report.check(
      'docker compose up: everything that has a check is healthy',
      async () => {
        await removeNetwork(engine, NETWORK);
        await compose('down', '--volumes');
        await compose('up', '--detach', '--no-build', ...started);
        await eventually('all are healthy', async () => allHealthy(engine));
        return started.join(', ');
      },
    );
    if (!up) return;
    await report.check('the insights are complete and grow, and the page is there', async () => {
      await eventually(`${SOME} logins`, async () => {
        const { complete, total } = await json<Insights>(`${url}/insights`);
        return complete && total >= SOME;
      });
      const page = await (await fetch(url)).text();
      if (!page.includes('<html')) throw new Error('the page is no page');
    });
    await report.check('Prometheus sees every target up', async () => {
      const jobs = ['transformer', 'aggregator', 'data-generator', 'kafka-exporter', 'prometheus'];
      await eventually(`up: ${jobs.join(', ')}`, async () => {
        const { data } = await json<Targets>(`http://127.0.0.1:${prometheus}/api/v1/targets`);
        const down = data.activeTargets.filter(({ health }) => health !== 'up');
        if (down.length > 0) throw new Error(JSON.stringify(down));
        const seen = new Set(data.activeTargets.map(({ labels }) => labels.job));
        return jobs.every((job) => seen.has(job));
      });
    });
    await report.check(
      'the topics are described by Kafka’s own tool, at the host’s listener',
      async () => {
        const command = ['/opt/kafka/bin/kafka-topics.sh', '--describe', '--topic', 'user-login'];
        const listener = ['--bootstrap-server', `localhost:${kafka}`];
        const text = await compose('exec', '-T', 'kafka', ...command, ...listener);
        if (!text.includes('PartitionCount: 4')) throw new Error(text);
      },
    );
    await report.check(
      'replicas are replaced by another build, one by one, and nothing is lost or twice',
      () => {
        const server = ['--bootstrap-server', 'localhost:9092'];
        const kafkaTool = (tool: string, ...args: string[]) =>
          compose('exec', '-T', 'kafka', `/opt/kafka/bin/${tool}`, ...server, ...args);
        return updateOneByOne(engine, NETWORK, kafkaTool);
      },
    );
    await report.check('services stop in time, having finished what they began', async () => {
      await compose('stop', 'transformer', 'aggregator', 'data-generator');
      const states = await engine.docker(['ps', '--all', '--format', '{{.Names}} {{.Status}}']);
      const ended = states
        .split('\n')
        .filter((line) => /transformer|aggregator|generator/.test(line));
      const wrong = ended.filter((line) => !line.includes('Exited (0)'));
      if (wrong.length > 0) throw new Error(wrong.join(', '));
    });
  } finally {
    await compose('down', '--volumes', '--timeout', '30');
  }
}

/** @returns the services whose image there is no way to have here */
async function provideImages(
  engine: Engine,
  root: string,
  report: Report,
  config: string,
): Promise<ReadonlySet<string>> {
  const own = new Set(APPS.map(imageOf));
  const images = [...config.matchAll(/^ {2}([\w-]+):$|^ {4}image: (\S+)$/gm)];
  const absent = new Set<string>();
  let service = '';
  for (const [, name, image] of images) {
    service = name ?? service;
    if (image === undefined || own.has(image)) continue;
    if ((await provideImage(engine, root, image)) !== undefined) continue;
    absent.add(service);
    report.skip(`${service} of docker-compose.yml`, `${image} can be neither pulled nor made here`);
  }
  return absent;
}

async function allHealthy(engine: Engine): Promise<boolean> {
  const filter = `label=com.docker.compose.project=${NAME}`;
  const states = await engine.docker([
    'ps',
    '--all',
    '--filter',
    filter,
    '--format',
    '{{.Status}}',
  ]);
  const lines = states.trim().split('\n');
  const ill = lines.filter((it) => it.startsWith('Restarting') || /^Exited \([1-9]/.test(it));
  if (ill.length > 0) throw new Error(states);
  return lines.every(
    (it) => it.startsWith('Exited (0)') || /^Up(?!.*(starting|unhealthy))/.test(it),
  );
}

async function json<T>(url: string): Promise<T> {
  const answer = await fetch(url, { signal: AbortSignal.timeout(5000) });
  if (!answer.ok) throw new Error(`${url} answers ${answer.status}`);
  return (await answer.json()) as T;
}
