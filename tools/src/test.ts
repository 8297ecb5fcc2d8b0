import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { parseArgs } from 'node:util';
import { runCommand, say, stopRequested } from '@login-pipeline/command';
import { kafkaVersion, startKafka } from '@login-pipeline/embedded-kafka';
import {
  afterRetry,
  ENGINE_LAYER,
  filesToRetry,
  flakyTests,
  TEST_LAYERS,
  testProjects,
  totals,
} from './test-layers.ts';
import type { JestResult, TestLayer } from './test-layers.ts';

const ROOT = join(import.meta.dirname, '..', '..');
const JEST = join(ROOT, 'node_modules', 'jest', 'bin', 'jest.js');

const HELP = `npm test [-- OPTIONS]

Runs every test: unit tests, those that need a broker, those of the built services; on a Kafka of its own.

  --retry          runs the files that failed once more; what then passes does not count as failed, and is named as flaky
  --kafka VERSION  the engine's tests alone, against another release of Kafka, from 3.9.0 on
  --help           shows this text
`;

await runCommand(async () => {
  const { retry, kafka, help } = parseArgs({
    options: {
      retry: { type: 'boolean', default: false },
      kafka: { type: 'string' },
      help: { type: 'boolean', default: false },
    },
  }).values;
  if (!help) return runLayers(retry, kafka && kafkaVersion(kafka));
  process.stdout.write(HELP);
  return 0;
});

/** @param release undefined: the one that all tests run against */
async function runLayers(retry: boolean, release: string | undefined): Promise<number> {
  const reports = mkdtempSync(join(tmpdir(), 'login-pipeline-tests-'));
  const stopping = new AbortController();
  void stopRequested().then(() => {
    stopping.abort();
  });
  const kafka = await startKafka({ version: release, onProgress: say });
  const run = async (layer: TestLayer, files: readonly string[] = []): Promise<JestResult> => {
    const report = join(reports, `${layer.name}-${files.length}.json`);
    const status = await runJest(layer, files, report, kafka.bootstrapServers, stopping.signal);
    return { status, report: readReport(report) };
  };
  try {
    const results: JestResult[] = [];
    const flaky: string[] = [];
    for (const layer of release === undefined ? TEST_LAYERS : [ENGINE_LAYER]) {
      say(layer.title);
      let result = await run(layer);
      const again = retry && !stopping.signal.aborted ? filesToRetry(result) : [];
      if (again.length > 0) {
        say(`once more: ${again.map((file) => relative(ROOT, file)).join(', ')}`);
        const second = await run(layer, again);
        flaky.push(...flakyTests(result, second));
        result = afterRetry(result, second);
      }
      if (stopping.signal.aborted) return 130;
      results.push(result);
    }
    for (const name of flaky) say(`flaky, passed only the second time: ${name}`);
    const { passed, failed } = totals(results);
    process.stdout.write(`${passed} passed, ${failed} failed\n`);
    return failed === 0 ? 0 : 1;
  } finally {
    await kafka.stop();
    rmSync(reports, { recursive: true, force: true });
  }
}

/** @param files paths of those to run; none: all of the layer */
function runJest(
  layer: TestLayer,
  files: readonly string[],
  report: string,
  brokers: string,
  signal: AbortSignal,
): Promise<number> {
  const options = ['--projects', ...testProjects(ROOT, layer), '--json', '--outputFile', report];
  const only = files.length > 0 ? ['--runTestsByPath', ...files] : [];
  const jest = spawn(process.execPath, [JEST, ...options, ...layer.options, ...only], {
    cwd: ROOT,
    // Standard output would be the report over again; people read what Jest writes to the other one.
    stdio: ['ignore', 'ignore', 'inherit'],
    env: {
      ...process.env,
      NODE_OPTIONS: '--experimental-vm-modules --no-warnings=ExperimentalWarning',
      TEST_LAYER: layer.name === 'unit' ? 'unit' : 'integration',
      TEST_KAFKA_BROKERS: brokers,
    },
  });
  signal.addEventListener('abort', () => jest.kill('SIGTERM'));
  return new Promise((resolve, reject) => {
    jest.once('error', reject);
    jest.once('exit', (code) => {
      resolve(code ?? 1);
    });
  });
}

/** @returns undefined when Jest ended before it could write one */
function readReport(file: string): JestResult['report'] {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as JestResult['report'];
  } catch {
    return undefined;
  }
}
