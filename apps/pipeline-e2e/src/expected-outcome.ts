import { faultyMember } from './login-rules.ts';

/** The contract's checks of a value, like its rules a second time and in another way. */

const UTF8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** What a valid login is judged by further on. */
export interface ValidLogin {
  readonly appVersion: string;
}

const DEFAULT_VERSION = /^\s*v?2\.0\.0(\+[\da-z-]+(\.[\da-z-]+)*)?\s*$/i;

/** @returns the login, or the reason why the value is none */
export function expectedOutcome(value: Buffer | null): ValidLogin | string {
  if (value === null) return 'null_value';
  if (value.length === 0) return 'empty_value';
  // One frame is taken off: a zero byte, and an id.
  const payload = value[0] === 0 && value.length >= 5 ? value.subarray(5) : value;
  let text: string;
  try {
    text = UTF8.decode(payload);
  } catch {
    return foreignFrame(value) ?? 'invalid_utf8';
  }
  if (payload.length === 0) return 'empty_value';
  let login: unknown;
  try {
    login = JSON.parse(text);
  } catch {
    return foreignFrame(value) ?? 'invalid_json';
  }
  if (typeof login !== 'object' || login === null || Array.isArray(login)) return 'not_an_object';
  const faulty = faultyMember(login);
  if (faulty !== undefined) return `invalid_${faulty}`;
  const { app_version: appVersion } = login as { readonly app_version: string };
  return { appVersion };
}

/** What values begin with that other serializers wrote; latin1, the first that fits. */
const FOREIGN_FRAMES: readonly (readonly [reason: string, start: RegExp])[] = [
  ['framed_apicurio', /^\0{5}[^]{4}/],
  ['framed_not_json', /^\0(?!\{\0)[^]{4}(?![\s[{"\-\dtfn\xef]|\0[^]{4}\{)[^]/],
  ['framed_guid', /^\x01(?:[^]{6}[\x10-\x8f][^][\x80-\xbf][^]{7}|[^]{16}[\s[{"\-\dtfn])/],
  ['framed_glue', /^\x03[\x00\x05][^]{16}/],
  ['framed_avro', /^(?:\xc3\x01[^]{8}|Obj\x01)/],
];

function foreignFrame(value: Buffer): string | undefined {
  const bytes = value.toString('latin1');
  return FOREIGN_FRAMES.find(([, start]) => start.test(bytes))?.[0];
}

/**
 * @returns whether a login passes where nothing else is set: version 2.0.0, whatever its build, `v`
 *   or blanks around it
 */
export function passesByDefault(appVersion: string): boolean {
  return DEFAULT_VERSION.test(appVersion);
}

/**
 * @returns what is wrong with a processed login's bytes, or undefined: only the mark may differ from the input's
 */
export function markFault(input: Buffer, output: Buffer): string | undefined {
  const before = input.toString('latin1');
  const after = output.toString('latin1');
  const hadMark = 'processed' in (JSON.parse(input.toString()) as object);
  const marked = hadMark ? isMarkedInPlace(before, after) : isMarkedAtTheEnd(before, after);
  if (!marked) return 'other bytes than the mark differ, or it is not where it belongs';
  const { processed } = JSON.parse(output.toString()) as { readonly processed?: unknown };
  return processed === true ? undefined : 'it is not marked as processed';
}

function isMarkedAtTheEnd(before: string, after: string): boolean {
  const added = ',"processed": true';
  const start = after.lastIndexOf(added);
  const rest = after.slice(start + added.length);
  return start > 0 && after.slice(0, start) + rest === before && /^\s*\}\s*$/.test(rest);
}

function isMarkedInPlace(before: string, after: string): boolean {
  const replaced = before.length - (after.length - 'true'.length);
  for (let at = after.indexOf('true'); at >= 0; at = after.indexOf('true', at + 1)) {
    const old = before.slice(at, at + replaced);
    const behind = after.slice(at + 'true'.length);
    if (after.slice(0, at) + old + behind === before && isJson(old)) return true;
  }
  return false;
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
