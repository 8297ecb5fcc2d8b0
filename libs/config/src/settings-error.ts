import type { Fault } from './setting.ts';

/** Why settings end a program, and the kind of fault that it is. */
export const ERROR_CODES = { SETTINGS_INVALID: 'settings' } as const;

/** The environment holds wrong settings. The message lists every fault by name, never by value, ready to print. */
export class SettingsError extends Error {
  override readonly name = 'SettingsError';
  readonly code = 'SETTINGS_INVALID';
  readonly fault = ERROR_CODES[this.code];
  readonly faults: readonly Fault[];

  constructor(faults: readonly Fault[]) {
    const count =
      faults.length === 1 ? '1 setting is wrong' : `${faults.length} settings are wrong`;
    const lines = faults.map(({ name, problem }) => `  ${name}: ${problem}`);
    super([`${count}:`, ...lines, 'docs/settings.md lists every setting.'].join('\n'));
    this.faults = faults;
  }
}
