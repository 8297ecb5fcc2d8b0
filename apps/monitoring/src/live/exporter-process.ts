import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { freePorts, isListening, supervised } from '@login-pipeline/command';

const COMMAND = join(import.meta.dirname, '../exporter/main.ts');
const START_TIMEOUT_MS = 20_000;
const GRACE_SECONDS = 5;

/** The stand-in for Kafka Exporter, in a process of its own that ends with this one. */
export interface ExporterProcess {
  readonly port: number;
  readonly stop: () => Promise<void>;
}

/** Starts it on a free port. @param brokers `host:port,…` */
export async function startExporterProcess(brokers: string): Promise<ExporterProcess> {
  const folder = mkdtempSync(join(tmpdir(), 'exporter-'));
  const logFile = join(folder, 'log');
  const [port = 0] = await freePorts(1);
  const exporter = supervised(process.execPath, [COMMAND, '--port', String(port)], {
    logFile,
    graceSeconds: GRACE_SECONDS,
    orphanedFolder: folder,
    env: { KAFKA_BROKERS: brokers },
  });
  const stop = async (): Promise<void> => {
    await exporter.kill();
    rmSync(folder, { recursive: true, force: true });
  };
  const deadline = Date.now() + START_TIMEOUT_MS;
  while (!(await isListening(port))) {
    if (Date.now() > deadline) {
      const log = readFileSync(logFile, 'utf8');
      await stop();
      throw new Error(`The exporter does not start:\n${log}`);
    }
    await sleep(50);
  }
  return { port, stop };
}
