/** The login's definition in every library that was considered; all of them must agree with the golden table. */
import { isIP } from 'node:net';
import { Ajv } from 'ajv';
import addFormats from 'ajv-formats';
import { Compile } from 'typebox/schema';
import * as v from 'valibot';
import * as z from 'zod';
import { LOGIN_SCHEMA, MAX_TIME_MS, NUMERIC_TIME, UUID } from '../src/login.ts';

/** A way to tell whether a parsed value is a login. */
export type Check = (candidate: unknown) => boolean;

const uuid = new RegExp(UUID);
const numericTime = new RegExp(NUMERIC_TIME);

/** zod, valibot and JavaScript count UTF-16 units where JSON Schema counts code points. */
function isShort(text: string): boolean {
  return text.length <= 64 || (text.length <= 128 && Array.from(text).length <= 64);
}
function isIp(text: string): boolean {
  return !text.includes('%') && isIP(text) !== 0;
}

const typeboxLogin = Compile(LOGIN_SCHEMA);

const ajvLogin = addFormats.default(new Ajv({ allowUnionTypes: true })).compile(LOGIN_SCHEMA);

const zodShortText = z.string().min(1).refine(isShort);
const zodLogin = z.looseObject({
  user_id: z.string().regex(uuid),
  app_version: zodShortText,
  device_type: zodShortText,
  ip: z.string().refine(isIp),
  locale: zodShortText,
  timestamp: z.union([z.number().min(0).max(MAX_TIME_MS), z.string().regex(numericTime)]),
});

const valibotShortText = v.pipe(v.string(), v.minLength(1), v.check(isShort));
const valibotLogin = v.looseObject({
  user_id: v.pipe(v.string(), v.regex(uuid)),
  app_version: valibotShortText,
  device_type: valibotShortText,
  ip: v.pipe(v.string(), v.check(isIp)),
  locale: valibotShortText,
  timestamp: v.union([
    v.pipe(v.number(), v.minValue(0), v.maxValue(MAX_TIME_MS)),
    v.pipe(v.string(), v.regex(numericTime)),
  ]),
});

/** What a careful engineer would write by hand: the floor that libraries are measured against. */
function isLoginByHand(candidate: unknown): boolean {
  if (typeof candidate !== 'object' || candidate === null || Array.isArray(candidate)) return false;
  const { user_id, app_version, device_type, ip, locale, timestamp } = candidate as Record<
    string,
    unknown
  >;
  const isShortText = (text: unknown): boolean =>
    typeof text === 'string' && text !== '' && isShort(text);
  return (
    typeof user_id === 'string' &&
    uuid.test(user_id) &&
    isShortText(app_version) &&
    isShortText(device_type) &&
    typeof ip === 'string' &&
    isIp(ip) &&
    isShortText(locale) &&
    (typeof timestamp === 'number'
      ? timestamp >= 0 && timestamp <= MAX_TIME_MS
      : typeof timestamp === 'string' && numericTime.test(timestamp))
  );
}

/** By name, in the order of the table. */
export const CANDIDATES: Readonly<Record<string, Check>> = {
  'typebox, compiled': (candidate) => typeboxLogin.Check(candidate),
  'ajv, compiled': (candidate) => ajvLogin(candidate),
  'zod, compiled': (candidate) => zodLogin.safeParse(candidate).success,
  valibot: (candidate) => v.is(valibotLogin, candidate),
  'by hand': isLoginByHand,
};
