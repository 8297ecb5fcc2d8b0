import type { z } from 'zod';

/** How a setting is written: what to say to people, and the schema that turns its text into a value. */
export interface Format<T> {
  /** Completes "expected …"; shown in faults and on the page of settings. */
  readonly expected: string;
  readonly schema: z.ZodType<T, string>;
}

/** One environment variable: the only place where its name, meaning, default and form are written. */
export interface Setting<T> {
  readonly name: string;
  readonly description: string;
  readonly format: Format<T>;
  /** As one would write it in the environment; absent: the setting is optional. */
  readonly default?: string | undefined;
  /**
   * Never shown, and `<NAME>_FILE` may name a file that holds the value instead. With the format
   * SECRET that file is read again and again.
   */
  readonly secret: boolean;
}

interface SettingOptions<T> {
  readonly description: string;
  readonly format: Format<T>;
  readonly default?: string;
  readonly secret?: true;
}

/** Declares an environment variable. Without a default its value may be undefined. */
export function setting<T>(
  name: string,
  options: SettingOptions<T> & { readonly default: string },
): Setting<T>;
export function setting<T>(name: string, options: SettingOptions<T>): Setting<T | undefined>;
export function setting<T>(name: string, options: SettingOptions<T>): Setting<T> {
  return { secret: false, ...options, name };
}

/** @returns the variable that names the file of the secret of that name */
export function fileVariable(secret: string): string {
  return `${secret}_FILE`;
}

/** A wrong setting: which, and what is wrong with it. Holds no value, so that it may be printed. */
export interface Fault {
  readonly name: string;
  readonly problem: string;
}

/**
 * The effective text of a variable (its default when not set), or undefined; a secret may answer
 * with its file's path.
 */
export type TextOf = (name: string) => string | undefined;

/** Settings that belong together: several variables in, one typed object out. */
export interface Concern<S> {
  readonly settings: readonly Setting<unknown>[];
  /** Checks what no single variable can know. Sees texts, so that it can run even when one of them is wrong. */
  rules(text: TextOf): readonly Fault[];
  /** @returns what is allowed but unwise about settings that passed every check, one sentence each */
  warnings(settings: S): readonly string[];
  /** Builds the settings from values that passed every check. */
  shape(valueOf: (setting: Setting<unknown>) => unknown): S;
}

/** What a concern's settings look like to those who read them. */
export type SettingsOf<C> = C extends Concern<infer S> ? S : never;

type Fields = Readonly<Record<string, Setting<unknown>>>;
type Values<F extends Fields> = {
  readonly [K in keyof F]: F[K] extends Setting<infer T> ? T : never;
};

interface Refinement<V, S> {
  readonly rules?: (text: TextOf) => readonly Fault[];
  readonly warnings?: (settings: S) => readonly string[];
  readonly shape: (values: V) => S;
}

/**
 * Declares a concern by its fields. Its settings are an object with the same keys, unless `refinement.shape` makes
 * something else of the values.
 */
export function concern<F extends Fields, S>(
  fields: F,
  refinement: Refinement<Values<F>, S>,
): Concern<S>;
export function concern<F extends Fields>(
  fields: F,
  refinement?: Pick<Refinement<Values<F>, Values<F>>, 'rules' | 'warnings'>,
): Concern<Values<F>>;
export function concern<F extends Fields>(
  fields: F,
  refinement: Partial<Refinement<Values<F>, Values<F>>> = {},
): Concern<Values<F>> {
  return {
    settings: Object.values(fields),
    rules: (text) => refinement.rules?.(text) ?? [],
    warnings: (settings) => refinement.warnings?.(settings) ?? [],
    shape: (valueOf) => {
      const values = mapValues(fields, valueOf) as Values<F>;
      return refinement.shape ? refinement.shape(values) : values;
    },
  };
}

type Parts = Readonly<Record<string, Concern<unknown>>>;
type Composed<P extends Parts, O> = O & { readonly [K in keyof P]: SettingsOf<P[K]> };

/** Nests concerns under their keys, beside the settings of `own`. */
export function compose<P extends Parts, O extends object = object>(
  parts: P,
  own?: Concern<O>,
): Concern<Composed<P, O>> {
  const all = [...Object.values(parts), ...(own ? [own] : [])];
  return {
    settings: all.flatMap((part) => part.settings),
    rules: (text) => all.flatMap((part) => part.rules(text)),
    warnings: (settings) => [
      ...Object.entries(parts).flatMap(([key, part]) => part.warnings(settings[key])),
      ...(own?.warnings(settings) ?? []),
    ],
    shape: (valueOf) =>
      ({ ...mapValues(parts, (part) => part.shape(valueOf)), ...own?.shape(valueOf) }) as Composed<
        P,
        O
      >,
  };
}

type Defined<R> = { [K in keyof R]?: Exclude<R[K], undefined> };

/** @returns the members that have a value: an optional setting that is not given is absent, not undefined */
export function withoutUndefined<R extends object>(record: R): Defined<R> {
  return Object.fromEntries(
    Object.entries(record).filter(([, value]) => value !== undefined),
  ) as Defined<R>;
}

function mapValues<T>(record: Readonly<Record<string, T>>, change: (value: T) => unknown): object {
  return Object.fromEntries(Object.entries(record).map(([key, value]) => [key, change(value)]));
}
