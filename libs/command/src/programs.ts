import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import { Failure } from './failure.ts';

/** Debian's packages of the programs that commands may need, where they are named otherwise. */
const PACKAGES: Readonly<Record<string, string>> = {
  docker: 'docker.io',
  dockerd: 'docker.io',
  go: 'golang-go',
  java: 'default-jre-headless',
  kubectl: 'kubernetes-client',
  mvn: 'maven',
  psql: 'postgresql-client',
  runuser: 'util-linux',
};

/** @returns where a program is on the PATH */
export function pathOf(program: string): string | undefined {
  const folders = (process.env['PATH'] ?? '').split(delimiter);
  return folders
    .map((folder) => join(folder, program))
    .find((path) => {
      try {
        accessSync(path, constants.X_OK);
        return true;
      } catch {
        return false;
      }
    });
}

/** @returns whether a program is somewhere on the PATH */
export function isInstalled(program: string): boolean {
  return pathOf(program) !== undefined;
}

/** @throws {Failure} that names each of the programs that is not installed */
export function requirePrograms(...programs: readonly string[]): void {
  const missing = programs.filter((program) => !isInstalled(program));
  if (missing.length > 0) throw missingPrograms(missing);
}

/** @returns what to tell of programs that do not run */
export function missingPrograms(programs: readonly string[]): Failure {
  const [program, ...others] = programs;
  const what =
    others.length === 0
      ? `${program} is missing: it does`
      : `${programs.join(', ')} are missing: they do`;
  const packages = programs.map((name) => PACKAGES[name] ?? name);
  return new Failure(
    `${what} not run. Install ${others.length === 0 ? 'it' : 'them'} (Debian: apt-get install ${packages.join(' ')}).`,
  );
}
