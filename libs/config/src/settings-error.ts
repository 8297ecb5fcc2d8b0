import type { Fault } from './setting.ts';

/** The environment holds wrong settings. The message lists every fault by name, never by value, ready to print. */
export class SettingsError extends Error {
  override readonly name = 'SettingsError';
  /** EX_CONFIG of sysexits.h. */
  readonly exitCode = 78;
  readonly faults: readonly Fault[];

  constructor(faults: readonly Fault[]) {
    const count =
      faults.length === 1 ? '1 setting is wrong' : `${faults.length} settings are wrong`;
    const lines = faults.map(({ name, problem }) => `  ${name}: ${problem}`);
    super([`${count}:`, ...lines, 'README.md lists every setting.'].join('\n'));
    this.faults = faults;
  }
}
