import { EXIT } from './failure.ts';
import { killAllSupervised } from './supervised.ts';

export { EXIT, Failure } from './failure.ts';

/** Prints a stage of a command, as the bootstrap does. */
export function say(line: string): void {
  process.stdout.write(`login-pipeline: ${line}\n`);
}

/**
 * Runs a command's body and ends the process with the exit code it returns. What the user can put right (an error that
 * knows its exit code) shows as its message alone, anything else with its stack.
 */
export async function runCommand(body: () => Promise<number>): Promise<never> {
  try {
    process.exit(await body());
  } catch (error) {
    const exitCode = exitCodeOf(error);
    if (exitCode === undefined) {
      console.error(error);
      process.exit(EXIT.internal);
    }
    process.stderr.write(`login-pipeline: ${(error as Error).message}\n`);
    process.exit(exitCode);
  }
}

/** @returns undefined for a fault of ours */
function exitCodeOf(error: unknown): number | undefined {
  if (!(error instanceof Error)) return undefined;
  if ('exitCode' in error && typeof error.exitCode === 'number') return error.exitCode;
  // A wrong option, as parseArgs of node:util tells it.
  return 'code' in error && String(error.code).startsWith('ERR_PARSE_ARGS_')
    ? EXIT.config
    : undefined;
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
    // Nobody reads our output any more once the terminal is closed: that must not end us half-way.
    process.stdout.on('error', () => undefined);
    process.stderr.on('error', () => undefined);
  });
}
