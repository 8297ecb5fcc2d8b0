import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { freePorts, isListening } from '@login-pipeline/command';
import { until } from '@login-pipeline/command/testing';
import { Broker, RefusedError } from '@login-pipeline/plain-wire';
import { startKafka } from './index.ts';

const TOPIC_ALREADY_EXISTS = 36;

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'embedded-kafka-spec-'));
});
afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

describe('one broker', () => {
  it('listens soon and leaves nothing after its stop', async () => {
    const kafka = await startKafka();
    const port = portOf(kafka.bootstrapServers);
    expect(await isListening(port)).toBe(true);
    await kafka.stop();
    expect(await isListening(port)).toBe(false);
  });

  it('keeps its records over a restart, unless it has to be fresh', async () => {
    const created = async (fresh: boolean) => {
      const kafka = await startKafka({ dataDir: folder, fresh });
      try {
        return await createTopic(kafka.bootstrapServers, 'kept');
      } finally {
        await kafka.stop();
      }
    };
    expect(await created(false)).toBe(true);
    expect(await created(false)).toBe(false);
    expect(await created(true)).toBe(true);
  });

  it('comes back on its port after a kill', async () => {
    const kafka = await startKafka();
    try {
      const [node] = kafka.nodes;
      await node?.kill();
      expect(await isListening(portOf(kafka.bootstrapServers))).toBe(false);
      await node?.restart();
      expect(await isListening(portOf(kafka.bootstrapServers))).toBe(true);
    } finally {
      await kafka.stop();
    }
  });

  it('tells when it dies by itself', async () => {
    const kafka = await startKafka();
    const [node] = kafka.nodes;
    process.kill(-(node?.pid ?? 0), 'SIGKILL');
    expect(await kafka.died).toBe(137);
    await kafka.stop();
  });

  it('names the port that is taken', async () => {
    const owner = createServer().listen(0, '127.0.0.1');
    await once(owner, 'listening');
    const port = (owner.address() as { port: number }).port;
    await expect(startKafka({ port })).rejects.toMatchObject({
      exitCode: 69,
      message: expect.stringContaining(`Port ${port} is taken`) as unknown,
    });
    owner.close();
  });

  it('refuses a data folder that another broker uses', async () => {
    const kafka = await startKafka({ dataDir: folder });
    try {
      for (const fresh of [false, true]) {
        await expect(startKafka({ dataDir: folder, fresh })).rejects.toMatchObject({
          exitCode: 69,
          message: expect.stringContaining('in use by another broker') as unknown,
        });
      }
      // Nor has it come near the records: the first one ends and starts again with them.
      const [node] = kafka.nodes;
      await node?.stop();
      await node?.restart();
      expect(await isListening(portOf(kafka.bootstrapServers))).toBe(true);
    } finally {
      await kafka.stop();
    }
  });

  it('ends with its starter, even one that is killed, and takes its temporary folder along', async () => {
    const [port = 0] = await freePorts(1);
    const starter = startInChild(port, folder);
    await until(() => isListening(port));
    const temporary = join(folder, readdirSync(folder)[0] ?? '');
    expect(existsSync(temporary)).toBe(true);
    starter.kill('SIGKILL');
    await until(async () => !(await isListening(port)));
    await until(() => !existsSync(temporary));
  });
});

it('starts a cluster of three', async () => {
  const kafka = await startKafka({ brokers: 3 });
  try {
    const ports = kafka.bootstrapServers.split(',').map(portOf);
    expect(await Promise.all(ports.map((port) => isListening(port)))).toEqual([true, true, true]);
  } finally {
    await kafka.stop();
  }
});

/** A process of its own that starts Kafka and waits, with `temporary` as the system's temporary folder. */
function startInChild(port: number, temporary: string): ChildProcess {
  const module = join(import.meta.dirname, 'index.ts');
  const script = `import(${JSON.stringify(module)}).then(({ startKafka }) => startKafka({ port: ${port} }))`;
  return spawn(process.execPath, ['--eval', script], {
    stdio: 'inherit',
    env: { ...process.env, NODE_OPTIONS: '', TMPDIR: temporary },
  });
}

/** @returns whether it was not there yet */
async function createTopic(address: string, topic: string): Promise<boolean> {
  const broker = await Broker.connect(address);
  try {
    await broker.createTopic(topic, 1, {});
    return true;
  } catch (error) {
    if (error instanceof RefusedError && error.code === TOPIC_ALREADY_EXISTS) return false;
    throw error;
  } finally {
    broker.close();
  }
}

function portOf(address: string): number {
  return Number(address.split(':')[1]);
}
