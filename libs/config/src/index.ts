export { milliseconds } from './durations.ts';
export { withTables } from './document-tables.ts';
export type { Table } from './document-tables.ts';
export {
  BOOLEAN,
  decimal,
  integer,
  isReadableFile,
  list,
  oneOf,
  READABLE_FILE,
  SECRET,
  TEXT,
  WRITABLE_PATH,
} from './formats.ts';
export type { Secret } from './formats.ts';
export { loadSettings, redact } from './load.ts';
export type { Environment } from './load.ts';
export { compose, concern, fileVariable, setting, withoutUndefined } from './setting.ts';
export type { Concern, Fault, Format, Setting, SettingsOf, TextOf } from './setting.ts';
export { ERROR_CODES, SettingsError } from './settings-error.ts';
export { settingsPage } from './settings-page.ts';
export type { Reader } from './settings-page.ts';
