import { EXIT } from './failure.ts';
import { failureOf } from './failure-of.ts';
import { killAllSupervised } from './supervised.ts';

export { EXIT, Failure } from './failure.ts';

/** Prints a stage of a command, as the bootstrap does. */
export function say(line: string): void {
  process.stdout.write(`login-pipeline: ${line}\n`);
}

/**
 * Runs a command's body and ends the process with the exit code it returns. What the user can put right shows as its message
 * and code alone, anything else, and everything with LOG_LEVEL=debug, with its stack.
 */
export async function runCommand(body: () => Promise<number>): Promise<never> {
  try {
    process.exit(await body());
  } catch (error) {
    const failure = failureOf(error);
    if (failure === undefined || process.env['LOG_LEVEL'] === 'debug') console.error(error);
    if (failure === undefined) process.exit(EXIT.internal);
    const code = failure.code === undefined ? '' : ` [${failure.code}]`;
    process.stderr.write(`login-pipeline: ${failure.message}${code}\n`);
    process.exit(failure.exitCode);
  }
}

/** One Ctrl-C may arrive several times: from the terminal and from each program that hands it on. */
const SAME_REQUEST_MS = 750;

/**
 * Waits for the first wish to stop: Ctrl-C, SIGTERM, a closed terminal, or the end of the process that started us. At
 * a second Ctrl-C or SIGTERM the user does not want to wait: everything is killed.
 */
export function stopRequested(): Promise<void> {
  return new Promise((resolve) => {
    let first: number | undefined;
    const request = () => {
      first ??= Date.now();
      resolve();
      if (Date.now() - first < SAME_REQUEST_MS) return;
      killAllSupervised();
      process.exit(130);
    };
    process.on('SIGINT', request);
    process.on('SIGTERM', request);
    process.once('SIGHUP', request);
    process.once('disconnect', request);
    // Our output has no reader any more once the terminal is closed: that must not end us half-way.
    process.stdout.on('error', () => undefined);
    process.stderr.on('error', () => undefined);
  });
}
