import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';

const MAIN = join(import.meta.dirname, 'main.ts');
/** Commands of a client whose engine runs and has no images, nor a way to get any. */
const ENGINE = ['version) echo 27.1 ;;'];
const BUILDX = 'buildx) exit 0 ;;';
const COMPOSE = 'compose) exit 0 ;;';

describe('npm run test:deploy', () => {
  let path: string;
  beforeEach(() => {
    path = mkdtempSync(join(tmpdir(), 'programs-'));
    symlinkSync(process.execPath, join(path, 'node'));
  });
  afterEach(() => {
    rmSync(path, { recursive: true });
  });

  /** Puts a program on the path, as a shell script without a program of its own. */
  function install(program: string, script: string): void {
    writeFileSync(join(path, program), `#!/bin/sh\n${script}\n`, { mode: 0o755 });
  }

  function installDocker(...commands: readonly string[]): void {
    install('docker', `case "$1" in\n${commands.join('\n')}\n*) echo "no $1" >&2; exit 1 ;;\nesac`);
  }

  /** @returns how it ends with nothing but these programs */
  async function run(...parts: readonly string[]): Promise<{ code: unknown; told: string }> {
    const env = { PATH: path, HOME: path, CI: 'true' };
    const ended = promisify(execFile)(process.execPath, [MAIN, ...parts], { env });
    const { code, stdout, stderr } = await ended.then(
      (said) => ({ code: 0, ...said }),
      (error: unknown) => error as { code: number; stdout: string; stderr: string },
    );
    expect(stderr).not.toMatch(/^ +at /m);
    return { code, told: stdout + stderr };
  }

  it('says that there is no engine, and goes on', async () => {
    expect(await run('docker')).toEqual({
      code: 0,
      told: expect.stringMatching(/SKIPPED images.*no Docker engine runs/) as unknown,
    });
  });

  it.each([
    ['buildx', [COMPOSE], /docker lacks .*buildx/],
    ['the compose plugin, with no docker-compose either', [BUILDX], /docker lacks .*Compose/],
    [
      'debootstrap, with nothing to pull',
      [BUILDX, COMPOSE],
      /debootstrap is missing.*apt-get install/,
    ],
  ])('tells that it is without %s', async (_, commands, message) => {
    installDocker(...ENGINE, ...commands);
    expect(await run('docker')).toEqual({
      code: 69,
      told: expect.stringMatching(message) as unknown,
    });
  });

  it('tells what a program says that fails', async () => {
    installDocker(...ENGINE, BUILDX, COMPOSE);
    install('debootstrap', 'echo "no mirror answers" >&2; exit 3');
    expect(await run('docker')).toEqual({
      code: 69,
      told: expect.stringMatching(
        /"debootstrap --variant=minbase" ended with 3.*\n.*no mirror answers/,
      ) as unknown,
    });
  });

  it('names every program that the manifests take', async () => {
    expect(await run('kubernetes')).toEqual({
      code: 69,
      told: expect.stringMatching(/go, kubectl are missing.*apt-get install/) as unknown,
    });
  });
});
