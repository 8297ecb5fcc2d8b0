/** What a process ends with, by the kind of fault that its last error names (sysexits.h). */
export const EXIT_CODES = {
  /** A setting or an argument is wrong: EX_CONFIG. */
  settings: 78,
  /** Brokers, a topic, a group or a position cannot be used: EX_UNAVAILABLE. */
  unavailable: 69,
  /** Nothing moves, and a new process may do better: EX_TEMPFAIL. */
  stalled: 75,
  /** The program is wrong, or its deploy: EX_SOFTWARE. */
  defect: 70,
} as const;

/** An error names it as its `fault`: then it is the operator's matter, and its message says all. */
export type FaultKind = keyof typeof EXIT_CODES;

/** @returns the kind of fault that an error names; undefined of an unforeseen error */
export function faultOf(error: unknown): FaultKind | undefined {
  if (!(error instanceof Error) || !('fault' in error)) return undefined;
  const { fault } = error;
  return typeof fault === 'string' && Object.hasOwn(EXIT_CODES, fault)
    ? (fault as FaultKind)
    : undefined;
}

/** @returns what a process ends with because of an error; an unforeseen one is a defect */
export function exitCodeOf(error: unknown): number {
  return EXIT_CODES[faultOf(error) ?? 'defect'];
}

/** @returns the stable code of an error that names its fault: programs and runbooks may ask for it */
export function errorCodeOf(error: unknown): string | undefined {
  if (faultOf(error) === undefined || !(error instanceof Error) || !('code' in error))
    return undefined;
  return typeof error.code === 'string' ? error.code : undefined;
}
