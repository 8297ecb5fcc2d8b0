import { readFileSync } from 'node:fs';
import { isReadableFile } from './formats.ts';
import type { Secret } from './formats.ts';
import { SettingsError } from './settings-error.ts';
import { fileVariable } from './setting.ts';
import type { Concern, Fault, Setting } from './setting.ts';

export type Environment = Readonly<Record<string, string | undefined>>;

/** What was in force when settings were loaded, by the settings object; secrets never get here. */
const effective = new WeakMap<object, Readonly<Record<string, string>>>();

/**
 * Reads a concern's settings from an environment.
 *
 * @param env default: that of the process
 * @returns the settings, frozen in depth
 * @throws SettingsError with all faults at once
 */
export function loadSettings<S extends object>(
  concern: Concern<S>,
  env: Environment = process.env,
): S {
  const faults: Fault[] = [];
  const texts = new Map<string, string>();
  const values = new Map<Setting<unknown>, unknown>();
  for (const setting of concern.settings) {
    const text = textOf(setting, env, faults) ?? setting.default;
    if (text === undefined) continue;
    texts.set(setting.name, text);
    const { expected, schema } = setting.format;
    const result = schema.safeParse(text, { error: () => `expected ${expected}` });
    if (result.success) {
      const reread = isSecret(result.data) ? rereadable(setting, env) : undefined;
      values.set(setting, reread ?? result.data);
    } else faults.push({ name: setting.name, problem: problemOf(result.error.issues) });
  }
  // A secret whose file cannot be read is given all the same: one fault is enough.
  faults.push(...concern.rules((name) => texts.get(name) ?? given(env[fileVariable(name)])));
  if (faults.length > 0) throw new SettingsError(faults);
  const settings = freeze(concern.shape((setting) => values.get(setting)));
  effective.set(settings, view(concern.settings, texts, env));
  return settings;
}

/**
 * @param settings as {@link loadSettings} returned them
 * @returns what is in force, by variable name, for one log line; secrets as `***`, optional ones only when set
 */
export function redact(settings: object): Readonly<Record<string, string>> {
  const known = effective.get(settings);
  if (!known) throw new TypeError('redact() knows only settings that loadSettings() returned');
  return known;
}

function textOf(setting: Setting<unknown>, env: Environment, faults: Fault[]): string | undefined {
  const text = given(env[setting.name]);
  return setting.secret ? secretOf(setting, text, env, faults) : given(text?.trim());
}

/** A value of the format SECRET; secrets of other formats are read once. */
function isSecret(value: unknown): value is Secret {
  return typeof value === 'function';
}

/**
 * @returns for a secret in a file: a function that reads the file anew, so that it may be replaced
 *   while the process runs
 */
function rereadable(setting: Setting<unknown>, env: Environment): Secret | undefined {
  const name = fileVariable(setting.name);
  const path = setting.secret ? given(env[name]?.trim()) : undefined;
  if (path === undefined) return undefined;
  return () => {
    const content = secretIn(path);
    if (content === '') throw new Error(`${name} names no readable file with a secret in it`);
    return content;
  };
}

/** @returns what a file holds but for its last line break; nothing when it cannot be read */
function secretIn(path: string): string {
  return isReadableFile(path) ? readFileSync(path, 'utf8').replace(/\r?\n$/, '') : '';
}

/** A secret comes as it is or in a file. */
function secretOf(
  setting: Setting<unknown>,
  text: string | undefined,
  env: Environment,
  faults: Fault[],
): string | undefined {
  const name = fileVariable(setting.name);
  const path = given(env[name]?.trim());
  if (path === undefined) return text;
  if (text !== undefined) {
    faults.push({ name, problem: `set either ${setting.name} or ${name}, not both` });
    return text;
  }
  const content = secretIn(path);
  if (content !== '') return content;
  faults.push({ name, problem: 'expected the path of a readable file with the secret in it' });
  return undefined;
}

/** An empty variable counts as not set: compose files and manifests pass unset ones on as empty. */
function given(text: string | undefined): string | undefined {
  return text === '' ? undefined : text;
}

/** zod reports each broken rule of a list; the first says enough. */
function problemOf(issues: readonly { readonly message: string }[]): string {
  return issues[0]?.message ?? 'not valid';
}

function view(
  settings: readonly Setting<unknown>[],
  texts: ReadonlyMap<string, string>,
  env: Environment,
): Readonly<Record<string, string>> {
  const lines = settings.flatMap((setting): [string, string][] => {
    const text = texts.get(setting.name);
    if (text === undefined) return [];
    if (!setting.secret) return [[setting.name, text]];
    const path = env[fileVariable(setting.name)];
    return path ? [[fileVariable(setting.name), path]] : [[setting.name, '***']];
  });
  return Object.freeze(Object.fromEntries(lines));
}

function freeze<T>(value: T): T {
  if (typeof value === 'object' && value !== null) {
    for (const member of Object.values(value)) freeze(member);
    Object.freeze(value);
  }
  return value;
}
