import { execFile } from 'node:child_process';
import { join } from 'node:path';

/** The built commands, as the image runs them. */
export const BUILT_COMMANDS = join(import.meta.dirname, '../../../../dist/apps/ops/main.js');

/** How a command ended. */
export interface Ended {
  readonly code: number;
  /** Lines of standard output, then those of standard error, without the program's name. */
  readonly said: readonly string[];
}

/** Runs a command to its end. @param args its name first @param env all of its environment */
export function runBuilt(
  args: readonly string[],
  env: Readonly<Record<string, string>>,
): Promise<Ended> {
  return new Promise((resolve) => {
    const child = execFile(
      process.execPath,
      [BUILT_COMMANDS, ...args],
      { env },
      (_, stdout, stderr) => {
        const said = `${stdout}${stderr}`.trim().split('\n');
        resolve({
          code: child.exitCode ?? -1,
          said: said.map((line) => line.replace('login-pipeline: ', '')),
        });
      },
    );
  });
}
