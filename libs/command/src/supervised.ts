import { spawn } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { join } from 'node:path';

const SUPERVISOR = join(import.meta.dirname, 'supervise.sh');

export interface SupervisedOptions {
  /** Receives standard output and error, appended. */
  readonly logFile: string;
  /** Seconds between the polite SIGTERM and the SIGKILL that follows it. */
  readonly graceSeconds: number;
  /** Removed when we are gone before the command: a temporary folder of a run that was cut short. */
  readonly orphanedFolder?: string | undefined;
  readonly env?: NodeJS.ProcessEnv;
}

/** A running command and the ways to end it. */
export interface Supervised {
  /** Id of the process group that holds the command and its supervisor. */
  readonly pid: number;
  /** Settles when the command has ended; a death by signal counts as 128 + its number, as in a shell. */
  readonly exited: Promise<number>;
  /** Asks the command to end and waits until it has. */
  readonly stop: () => Promise<number>;
  /** Kills the command and waits until the system has taken back its ports and files. */
  readonly kill: () => Promise<number>;
  /** Sends a signal to the whole group at once and does not wait. */
  readonly signal: (signal: NodeJS.Signals) => void;
}

/** Process groups of what runs now. */
const alive = new Set<number>();

/** Kills everything at once and does not wait, for an end in a hurry. */
export function killAllSupervised(): void {
  for (const pid of alive) send(-pid, 'SIGKILL');
}

function send(to: number, signal: NodeJS.Signals): void {
  try {
    process.kill(to, signal);
  } catch {
    // Gone already.
  }
}

/**
 * Starts a command in a process group of its own, so that Ctrl-C reaches only us and we end our children in order, tied
 * to us by a pipe, so that it ends with us however we end.
 */
export function supervised(
  command: string,
  args: readonly string[],
  options: SupervisedOptions,
): Supervised {
  const log = openSync(options.logFile, 'a');
  const child = spawn(
    '/bin/sh',
    [SUPERVISOR, String(options.graceSeconds), options.orphanedFolder ?? '', command, ...args],
    {
      stdio: ['pipe', log, log],
      detached: true,
      env: options.env ?? process.env,
    },
  );
  closeSync(log);
  const { pid, stdin } = child;
  if (pid === undefined || stdin === null) throw new Error('cannot start /bin/sh');
  stdin.on('error', () => undefined); // the supervisor may be gone before we let go of the pipe
  alive.add(pid);
  const exited = new Promise<number>((resolve) => {
    child.once('exit', (code) => {
      alive.delete(pid);
      resolve(code ?? 137);
    });
  });
  return {
    pid,
    exited,
    stop: () => {
      stdin.end();
      return exited;
    },
    kill: async () => {
      if (!alive.has(pid)) return exited;
      send(-pid, 'SIGCONT'); // a frozen supervisor could not act
      send(pid, 'SIGUSR1');
      const status = await exited;
      send(-pid, 'SIGKILL'); // whatever else the command has started
      return status;
    },
    signal: (signal) => {
      send(-pid, signal);
    },
  };
}
