import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { supervised } from './supervised.ts';
import { until } from './testing/until.ts';

let folder: string;
let logFile: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'supervised-spec-'));
  logFile = join(folder, 'log');
});
afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

const log = () => (existsSync(logFile) ? readFileSync(logFile, 'utf8') : '');
const shell = (script: string, graceSeconds = 5) =>
  supervised('/bin/sh', ['-c', script], { logFile, graceSeconds });

it('passes on what the command says and how it ends', async () => {
  expect(await shell('echo out; echo err >&2; exit 3').exited).toBe(3);
  expect(log()).toBe('out\nerr\n');
});

it('lets the command finish its work at a stop', async () => {
  const child = shell('trap "echo bye; exit 0" TERM; echo up; while :; do sleep 0.05; done');
  await until(() => log() === 'up\n');
  expect(await child.stop()).toBe(0);
  expect(log()).toBe('up\nbye\n');
});

it('kills a command that ignores the stop', async () => {
  const child = shell('trap "" TERM; echo up; while :; do sleep 0.05; done', 1);
  await until(() => log() === 'up\n');
  expect(await child.stop()).toBe(137);
});

it('kills at once, even what is frozen', async () => {
  const child = shell('trap "" TERM; echo up; while :; do sleep 0.05; done', 600);
  await until(() => log() === 'up\n');
  child.signal('SIGSTOP');
  expect(await child.kill()).toBe(137);
  expect(await child.kill()).toBe(137);
});

it('ends the command when its starter is killed, and removes the folder that this one leaves', async () => {
  const left = join(folder, 'left');
  const options = JSON.stringify({ logFile, graceSeconds: 5, orphanedFolder: left });
  const script = `mkdir ${left}; trap "echo bye; exit 0" TERM; echo up; while :; do sleep 0.05; done`;
  const starter = spawn(
    process.execPath,
    [
      '--eval',
      `import(${JSON.stringify(join(import.meta.dirname, 'supervised.ts'))}).then(({ supervised }) =>
        supervised('/bin/sh', ['-c', ${JSON.stringify(script)}], ${options}))`,
    ],
    { stdio: 'inherit', env: { ...process.env, NODE_OPTIONS: '' } },
  );
  await until(() => log() === 'up\n');
  expect(existsSync(left)).toBe(true);
  starter.kill('SIGKILL');
  await until(() => log() === 'up\nbye\n');
  await until(() => !existsSync(left));
});
