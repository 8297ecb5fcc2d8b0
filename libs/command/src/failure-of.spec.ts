import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { connect } from 'node:net';
import { parseArgs, promisify } from 'node:util';
import { describe, expect, it } from '@jest/globals';
import { freePorts } from './ports.ts';
import { EXIT, Failure } from './failure.ts';
import { failureOf } from './failure-of.ts';

const run = promisify(execFile);

describe('failureOf', () => {
  it.each<[string, () => unknown, RegExp]>([
    ['a program that is missing', () => run('no-such-program'), /^no-such-program is missing/],
    [
      'a program that fails, by the end of what it says',
      () => run(process.execPath, ['--eval', 'console.error("out of luck"); process.exit(3)']),
      /node.* ended with 3. It says:\nout of luck$/,
    ],
    [
      'a program that is killed',
      () => run(process.execPath, ['--eval', 'process.kill(process.pid, "SIGKILL")']),
      /ended by SIGKILL/,
    ],
    ['a file that is not there', () => readFileSync('/no/such/file'), /ENOENT.*no\/such\/file/],
    ['a server that is not there', unanswered, /ECONNREFUSED/],
    ['what fetch hides', () => fetch('http://no-such-host.invalid/'), /no-such-host\.invalid/],
  ])('tells %s', async (_, attempt, message) => {
    const failure = failureOf(await thrownBy(attempt));
    expect(failure).toMatchObject({ exitCode: EXIT.unavailable });
    expect(failure?.message).toMatch(message);
  });

  it('leaves failures as they are, and calls wrong options so', async () => {
    const failure = new Failure('told', EXIT.config);
    expect(failureOf(failure)).toBe(failure);
    const wrong = await thrownBy(() => parseArgs({ args: ['--wrong'] }));
    expect(failureOf(wrong)).toMatchObject({ exitCode: EXIT.config });
  });

  it('tells an error of a library by its message, its stable code and the exit code of its fault', () => {
    const error = Object.assign(new Error('gone'), { fault: 'stalled', code: 'STALLED' });
    expect(failureOf(error)).toMatchObject({ message: 'gone', exitCode: 75, code: 'STALLED' });
  });

  it.each([new TypeError('x is not a function'), new Error('not foreseen'), 'text', undefined])(
    'takes %p for a fault of ours',
    (error) => {
      expect(failureOf(error)).toBeUndefined();
    },
  );
});

async function thrownBy(attempt: () => unknown): Promise<unknown> {
  try {
    await attempt();
    return undefined;
  } catch (error) {
    return error;
  }
}

async function unanswered(): Promise<never> {
  const [port = 0] = await freePorts(1);
  return new Promise((_, reject) => {
    connect({ port, host: 'localhost' }).once('error', reject);
  });
}
