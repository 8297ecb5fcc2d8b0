/** Stands for an error that speaks of a program's insides: those help only who reads its code. */
const UNKNOWN_CAUSE = 'unknown cause (the log has it at level debug)';

/** Of JavaScript itself and of assertions: a defect of the program or of a dependency, never the user's doing. */
const DEFECTS = new Set([
  'AssertionError',
  'EvalError',
  'RangeError',
  'ReferenceError',
  'SyntaxError',
  'TypeError',
]);

/** What JavaScript says, when a library hands it on in an error of its own. */
const INSIDES =
  /^Cannot (?:access|convert|create|destructure|read|set)\b|\bis not (?:a function|a constructor|iterable|defined)\b|\b(?:of|is) (?:undefined|null)\b/;

/** What errors of Node know besides their message. */
interface Details {
  readonly code?: unknown;
  readonly errors?: unknown;
  readonly address?: unknown;
  readonly port?: unknown;
}

/** @returns an error and its causes, the innermost last: libraries wrap what they gave up on */
export function causesOf(error: unknown): readonly Error[] {
  const causes: Error[] = [];
  // A cause may be its own.
  for (let cause = error; isError(cause) && !causes.includes(cause); { cause } = cause) {
    causes.push(cause);
  }
  return causes;
}

/** @returns an error's innermost cause; what is no error is its own */
export function rootCause(error: unknown): unknown {
  return causesOf(error).at(-1) ?? error;
}

/**
 * Says what went wrong, by the innermost cause: of an error that has several, each. Addresses and
 * codes that the message leaves out are added.
 */
export function errorText(error: unknown): string {
  const root = rootCause(error);
  if (!isError(root)) return String(root);
  const { code, errors, address, port } = root as Details;
  if (Array.isArray(errors) && errors.length > 0) {
    return [...new Set(errors.map(errorText))].join(', ');
  }
  if (DEFECTS.has(root.name) || INSIDES.test(root.message)) return UNKNOWN_CAUSE;
  const text = [root.message.trim(), code, root.name].find(isText) ?? UNKNOWN_CAUSE;
  const peer = isText(address) ? `${address}:${String(port)}` : '';
  return text.includes(peer) ? text : `${text} (${peer})`;
}

function isText(value: unknown): value is string {
  return typeof value === 'string' && value !== '';
}

/** Errors of Node itself are of another realm in tests; a time-out is no native error. */
function isError(value: unknown): value is Error {
  return value instanceof Error || Object.prototype.toString.call(value) === '[object Error]';
}
