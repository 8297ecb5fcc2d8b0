import { randomInt } from 'node:crypto';
import { connect, createServer } from 'node:net';

/** Below what any system gives to outgoing connections: one of these would take the port before its user does. */
const FIRST_PORT = 20_000;
const LAST_PORT = 32_000;

/** Processes that look at the same time look at different ports: each at one in so many, by its pid. */
const STRIDE = 8;

/**
 * Ports given before. Their users may not listen yet, or not just now (a broker that restarts), so none is given twice.
 */
const given = new Set<number>();

/** @returns `count` ports of this machine that are free now, all different from those of earlier calls */
export async function freePorts(count: number): Promise<number[]> {
  const ports: number[] = [];
  while (ports.length < count) {
    const port =
      randomInt(FIRST_PORT / STRIDE, LAST_PORT / STRIDE) * STRIDE + (process.pid % STRIDE);
    if (given.has(port)) continue;
    given.add(port);
    if (await isFree(port)) ports.push(port);
  }
  return ports;
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => {
      resolve(false);
    });
    server.listen(port, '0.0.0.0', () => {
      server.close(() => {
        resolve(true);
      });
    });
  });
}

/** @returns whether a process of this machine accepts connections on the port */
export async function isListening(port: number, host = '127.0.0.1'): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ port, host });
    const settle = (listening: boolean) => {
      socket.destroy();
      resolve(listening);
    };
    socket.once('connect', () => {
      settle(true);
    });
    socket.once('error', () => {
      settle(false);
    });
  });
}
