/** One finding about one thing. */
export interface Check {
  /** `look`: it works, and is worth knowing; `mend`: something does not work, or will not. */
  readonly state: 'ok' | 'look' | 'mend';
  readonly what: string;
  /** What to do; only where something is to be done. */
  readonly fix?: string | undefined;
}

const MARKS = { ok: 'ok  ', look: 'look', mend: 'MEND' } as const;

/** @returns a line for each finding, a summary, and the exit code: 1 when something has to be mended */
export function verdict(checks: readonly Check[]): {
  readonly lines: readonly string[];
  readonly exitCode: number;
} {
  const count = (state: Check['state']): number =>
    checks.filter((check) => check.state === state).length;
  const lines = checks.map(({ state, what, fix }) =>
    fix === undefined ? `${MARKS[state]}  ${what}` : `${MARKS[state]}  ${what}. ${fix}`,
  );
  const mend = count('mend');
  lines.push(`${count('ok')} ok, ${count('look')} worth a look, ${mend} to mend`);
  return { lines, exitCode: mend === 0 ? 0 : 1 };
}
