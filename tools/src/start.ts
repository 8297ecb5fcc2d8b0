import { relative } from 'node:path';
import { parseArgs } from 'node:util';
import { EXIT, runCommand, say, stopRequested } from '@login-pipeline/command';
import { loadSettings } from '@login-pipeline/config';
import { DEFAULT_DATA_DIR, DEFAULT_PORT, startKafka } from '@login-pipeline/embedded-kafka';
import { TOPIC_SETUP } from '@login-pipeline/ops/settings';
import { setUpTopics } from '@login-pipeline/ops/topics';
import { showLiveView } from './live-view.ts';
import {
  lastLogLines,
  LOGS_DIR,
  refuseTakenServicePorts,
  SERVICE_NAMES,
  serviceEnvironment,
  servicePorts,
  startService,
  TRUTH_FILE,
} from './services.ts';
import type { ServicePorts } from './services.ts';
import type { ViewFrame } from './view.ts';

const HELP = `npm start [-- --fresh]

Runs the whole pipeline on this machine: Kafka (or the cluster of KAFKA_BROKERS), topics, aggregator, transformer,
data generator, and shows its numbers until Ctrl-C. Settings in the environment reach the services.

  --fresh  empties the embedded Kafka first
  --help   shows this text
`;

/** How to end what runs, in the order it was started. */
const stops: (() => Promise<unknown>)[] = [];
const stopping = new AbortController();

await runCommand(async () => {
  const { values } = parseArgs({
    options: {
      fresh: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) {
    process.stdout.write(HELP);
    return 0;
  }
  try {
    return await Promise.race([stopRequested().then(() => 0), runPipeline(values.fresh)]);
  } finally {
    stopping.abort();
    if (stops.length > 0) say('stopping');
    for (const stop of stops.reverse()) await stop();
  }
});

/** @returns the exit status of the first part that ended by itself */
async function runPipeline(fresh: boolean): Promise<number> {
  const since = Date.now();
  const ports = servicePorts(process.env['HTTP_PORT']);
  const settings = loadSettings(TOPIC_SETUP);
  await refuseTakenServicePorts(ports);
  const ends: Promise<number>[] = [];
  if ((process.env['KAFKA_BROKERS'] ?? '') === '') {
    const starting = startKafka({
      port: DEFAULT_PORT,
      dataDir: DEFAULT_DATA_DIR,
      fresh,
      onProgress: say,
    });
    // A stop during the start waits for its end: then there is something to stop.
    stops.push(async () => (await starting.catch(() => undefined))?.stop());
    const kafka = await starting;
    ends.push(kafka.died.then((status) => reportEnd('Kafka', status)));
  }
  stopping.signal.throwIfAborted();
  await setUpTopics(settings, say);
  stopping.signal.throwIfAborted();
  say(`starting ${SERVICE_NAMES.join(', ')}`);
  const brokers = settings.kafka.brokers.join();
  for (const name of SERVICE_NAMES) {
    const env = serviceEnvironment(name, ports, brokers, process.env);
    const service = startService(name, env);
    stops.push(service.stop);
    const end = service.exited.then((status) => {
      // A generator that has written all it was asked for is done; the others go on.
      if (name === 'data-generator' && status === 0) return new Promise<never>(() => undefined);
      return reportEnd(name, status, lastLogLines(name, 15));
    });
    ends.push(end);
  }
  void showLiveView(frame(ports, brokers, since), ports, process.stdout, stopping.signal);
  return Promise.race(ends);
}

function frame(ports: ServicePorts, brokers: string, since: number): ViewFrame {
  const page = `http://localhost:${ports.aggregator}`;
  // As a shell expands it: one address per service.
  const each = `http://localhost:{${Object.values(ports).join()}}`;
  return {
    since,
    links: [
      ['page', `${page}/`],
      ['API', `${page}/docs`],
      ['metrics', `${each}/metrics`],
      ['health', `${each}/health/ready`],
      ['brokers', brokers],
      ['logs', relative(process.cwd(), LOGS_DIR)],
      ['truth', relative(process.cwd(), process.env['TRUTH_FILE'] ?? TRUTH_FILE)],
    ],
  };
}

/** Tells why everything stops now. @returns the exit status to end with; a clean end without a signal is a fault too */
function reportEnd(name: string, status: number, log = ''): number {
  if (stopping.signal.aborted) return status;
  stopping.abort();
  say(
    `${name} ended by itself with status ${status}${log === '' ? '' : `; its log ends with:\n${log}`}`,
  );
  return status === 0 ? EXIT.internal : status;
}
