import { spawn } from 'node:child_process';
import { Failure, pathOf } from '@login-pipeline/command';

/** Debian's names, then the makers' own. */
const PROGRAMS = {
  prometheus: ['prometheus'],
  promtool: ['promtool'],
  alertmanager: ['prometheus-alertmanager', 'alertmanager'],
  amtool: ['amtool'],
} as const;

export type Program = keyof typeof PROGRAMS;

/** @returns whether Prometheus and Alertmanager can be tested with; on CI they have to be there */
export function hasPrometheus(): boolean {
  const names = Object.keys(PROGRAMS) as Program[];
  return process.env['CI'] === 'true' || names.every((name) => find(name) !== undefined);
}

/** @returns the program's path; @throws {Failure} that says what to install */
export function programPath(program: Program): string {
  const path = find(program);
  if (path === undefined) {
    throw new Failure(
      `${program} is not installed: on Debian "apt-get install prometheus prometheus-alertmanager"`,
    );
  }
  return path;
}

/**
 * Runs promtool or amtool to its end.
 *
 * @param input what it reads from its standard input
 * @returns its exit code and all that it printed
 */
export async function runProgram(
  program: Program,
  args: readonly string[],
  input = '',
): Promise<{ readonly status: number | null; readonly output: string }> {
  const child = spawn(programPath(program), args);
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      output += text;
    });
  }
  // It may end without having read all.
  child.stdin.on('error', () => undefined).end(input);
  const status = await new Promise<number | null>((resolve, reject) => {
    child.once('error', reject).once('close', resolve);
  });
  return { status, output };
}

function find(program: Program): string | undefined {
  return PROGRAMS[program].map(pathOf).find((path) => path !== undefined);
}
