import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runCommand, say, stopRequested } from './command.ts';
import { startKafka } from './embedded-kafka/index.ts';
import { TEST_LAYERS, testProjects, totals } from './test-layers.ts';
import type { JestResult, TestLayer } from './test-layers.ts';

const ROOT = join(import.meta.dirname, '..', '..');
const JEST = join(ROOT, 'node_modules', 'jest', 'bin', 'jest.js');

await runCommand(async () => {
  const reports = mkdtempSync(join(tmpdir(), 'login-pipeline-tests-'));
  const stopping = new AbortController();
  void stopRequested().then(() => {
    stopping.abort();
  });
  const kafka = await startKafka({ onProgress: say });
  try {
    const results: JestResult[] = [];
    for (const layer of TEST_LAYERS) {
      say(layer.title);
      const report = join(reports, `${layer.name}.json`);
      const status = await runJest(layer, report, kafka.bootstrapServers, stopping.signal);
      if (stopping.signal.aborted) return 130;
      results.push({ status, report: readReport(report) });
    }
    const { passed, failed } = totals(results);
    process.stdout.write(`${passed} passed, ${failed} failed\n`);
    return failed === 0 ? 0 : 1;
  } finally {
    await kafka.stop();
    rmSync(reports, { recursive: true, force: true });
  }
});

function runJest(
  layer: TestLayer,
  report: string,
  brokers: string,
  signal: AbortSignal,
): Promise<number> {
  const options = ['--projects', ...testProjects(ROOT, layer), '--json', '--outputFile', report];
  const jest = spawn(process.execPath, [JEST, ...options, ...layer.options], {
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
