import { execFile } from 'node:child_process';
import { existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { supervised } from '@login-pipeline/command';
import { KAFKA_HOME } from '@login-pipeline/embedded-kafka';
import type { Contender } from '../contender.ts';

const SCRIPT = join(import.meta.dirname, 'python', 'mark.py');
const CLIENT = 'confluent-kafka==2.12.1';
const GRACE_SECONDS = 10;
const run = promisify(execFile);

/**
 * Makes a virtual environment with the client, once.
 *
 * @returns the Python to run, or undefined where there is no Python or no wheel for it
 */
export async function buildPython(onProgress: (line: string) => void): Promise<string | undefined> {
  const home = join(KAFKA_HOME, 'bench', CLIENT.replace('==', '-'));
  const python = join(home, 'bin', 'python');
  if (existsSync(python)) return python;
  onProgress('installing the Python peer (once)');
  try {
    await run('python3', ['-m', 'venv', home]);
    await run(python, ['-m', 'pip', 'install', '--quiet', '--only-binary=:all:', CLIENT]);
    return python;
  } catch (error) {
    rmSync(home, { recursive: true, force: true });
    const [reason] = String(error).split('\n');
    onProgress(`the Python peer is left out: ${reason ?? ''}`);
    return undefined;
  }
}

/** Filter and mark in transactions of up to 10,000 records or 100 ms. */
export function pythonMark(python: string): Contender {
  return {
    name: 'confluent-kafka',
    share: 1,
    start: (lane) => {
      const group = `${lane.id}-python`;
      const logFile = join(lane.folder, `${lane.id}.log`);
      const topics = [lane.input, lane.output, lane.deadLetter];
      const service = supervised(python, [SCRIPT, lane.brokers, group, ...topics], {
        logFile,
        graceSeconds: GRACE_SECONDS,
      });
      return Promise.resolve({
        processes: [service],
        logFile,
        positions: [{ group, topic: lane.input }],
        writes: lane.output,
        checksOutputs: ['emitted', 'dead_lettered'],
      });
    },
  };
}
