import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { workerData } from 'node:worker_threads';

/** Connections that ask as fast as they are answered, each time something else. */
export interface AttackerOptions {
  readonly host: string;
  readonly port: number;
  readonly connections: number;
  /** Not 0 ends it. */
  readonly stopFlag: Int32Array;
  /** Answers so far: those that say what was asked, then refusals. */
  readonly answers: Int32Array;
}

const AGAIN_MS = 100;
const PEAKS = 10_000;

const { host, port, connections, stopFlag, answers } = workerData as AttackerOptions;
let asked = 0;

const stopped = (): boolean => Atomics.load(stopFlag, 0) !== 0;

/** One connection, until the server closes it. */
function attack(): Promise<void> {
  return new Promise((resolve) => {
    const socket = connect({ host, port, noDelay: true });
    let missing = 0;
    const ask = (): void => {
      asked += 1;
      const path = `/insights/traffic?peaks=${1 + (asked % PEAKS)}`;
      socket.write(`GET ${path} HTTP/1.1\r\nhost: ${host}\r\n\r\n`);
    };
    socket.on('connect', ask);
    socket.on('data', (chunk) => {
      if (missing === 0) {
        const head = chunk.subarray(0, Math.max(0, chunk.indexOf('\r\n\r\n'))).toString('latin1');
        missing = Number(/\r\ncontent-length: (\d+)/i.exec(head)?.[1]) + head.length + 4;
        Atomics.add(answers, head.startsWith('HTTP/1.1 200') ? 0 : 1, 1);
      }
      missing -= chunk.length;
      if (missing > 0) return;
      missing = 0;
      if (stopped()) socket.destroy();
      else ask();
    });
    socket.on('error', () => undefined);
    socket.on('close', () => {
      resolve();
    });
  });
}

async function keepAttacking(): Promise<void> {
  while (!stopped()) {
    await attack();
    await sleep(AGAIN_MS);
  }
}

await Promise.all(Array.from({ length: connections }, keepAttacking));
