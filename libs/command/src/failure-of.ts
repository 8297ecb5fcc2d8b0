import { errorText, rootCause } from '@login-pipeline/observability/error-text';
import { errorCodeOf, exitCodeOf, faultOf } from '@login-pipeline/service/exit-codes';
import { EXIT, Failure } from './failure.ts';
import { missingPrograms } from './programs.ts';

/** Of what a program said before it failed, the last lines tell why. */
const QUOTED_LINES = 10;

/** What errors of Node know besides their message. */
interface Details {
  readonly message?: unknown;
  readonly code?: unknown;
  readonly errors?: unknown;
  readonly signal?: unknown;
  readonly syscall?: unknown;
  readonly path?: unknown;
  /** Of a program that ran, and failed: its command line and all that it said. */
  readonly cmd?: unknown;
  readonly stdout?: unknown;
  readonly stderr?: unknown;
}

/** @returns what the user can put right about an error, with its exit code; undefined of a fault of ours */
export function failureOf(error: unknown): Failure | undefined {
  if (error instanceof Failure) return error;
  if (error instanceof Error && faultOf(error) !== undefined) {
    return new Failure(error.message, exitCodeOf(error), errorCodeOf(error));
  }
  const root = rootCause(error);
  if (typeof root !== 'object' || root === null) return undefined;
  const { code, errors, message, syscall, path, cmd } = root as Details;
  const isMissing = code === 'ENOENT' || code === 'EACCES';
  if (isMissing && String(syscall).startsWith('spawn') && typeof path === 'string') {
    return missingPrograms([path]);
  }
  if (typeof cmd === 'string') return new Failure(failedProgram(cmd, root));
  // A wrong option, as parseArgs of node:util tells it.
  if (String(code).startsWith('ERR_PARSE_ARGS_')) {
    return new Failure(String(message), EXIT.config);
  }
  const isOfSystem = typeof syscall === 'string' || Array.isArray(errors);
  return isOfSystem ? new Failure(errorText(root)) : undefined;
}

/** Of the command line only program and verb: the rest is long, and may hold secrets. */
function failedProgram(commandLine: string, { code, signal, stdout, stderr }: Details): string {
  const command = commandLine.split(' ').slice(0, 2).join(' ');
  const end = typeof signal === 'string' ? `by ${signal}` : `with ${String(code)}`;
  const said = [stderr, stdout]
    .map((text) => (typeof text === 'string' ? text.trim() : ''))
    .find((text) => text !== '');
  const last = said?.split('\n').slice(-QUOTED_LINES).join('\n');
  return `"${command}" ended ${end}${last === undefined ? '.' : `. It says:\n${last}`}`;
}
