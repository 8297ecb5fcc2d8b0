import { isUtf8 } from 'node:buffer';
import Type from 'typebox';
import type { TSchema } from 'typebox';
import { Compile } from 'typebox/schema';
import { LOGIN_SCHEMA, PROCESSED_LOGIN_SCHEMA } from './login.ts';
import type { Login, ProcessedLogin } from './login.ts';
import type { ProcessedReason, Reason } from './reason.ts';

const login = Compile(LOGIN_SCHEMA);
const loginFault = faultFinder(LOGIN_SCHEMA.properties, 'timestamp');
const processedLogin = Compile(PROCESSED_LOGIN_SCHEMA);
const processedLoginFault = faultFinder(PROCESSED_LOGIN_SCHEMA.properties, 'processed');

/** Parses any text, and checks it against the schema. @returns the login, or why it is none */
export function parsedLogin(text: Buffer): Login | Reason {
  const parsed = parseObject(text);
  if (typeof parsed === 'string') return parsed;
  return login.Check(parsed) ? parsed : loginFault(parsed);
}

/** Like {@link parsedLogin}, for processed logins. */
export function parsedProcessedLogin(text: Buffer): ProcessedLogin | ProcessedReason {
  const parsed = parseObject(text);
  if (typeof parsed === 'string') return parsed;
  return processedLogin.Check(parsed) ? parsed : processedLoginFault(parsed);
}

function parseObject(text: Buffer): object | Reason {
  if (text.length === 0) return 'empty_value';
  // Before decoding, which would put U+FFFD in the place of every broken sequence and so hide the fault.
  if (!isUtf8(text)) return 'invalid_utf8';
  let parsed: unknown;
  try {
    parsed = JSON.parse(text.toString());
  } catch {
    return 'invalid_json';
  }
  return typeof parsed === 'object' && parsed !== null && !Array.isArray(parsed)
    ? parsed
    : 'not_an_object';
}

/** @returns what names the first faulty member of a refused candidate: the last one, when all others are right */
function faultFinder<Member extends string>(
  members: Readonly<Record<Member, TSchema>>,
  last: NoInfer<Member>,
): (candidate: Partial<Record<Member, unknown>>) => `invalid_${Member}` {
  const names = Object.keys(members) as Member[];
  // Each as an object of one member, which may lack an optional one.
  const checks = names.map((member) => {
    return { member, schema: Compile(Type.Object({ [member]: members[member] })) };
  });
  return (candidate) => {
    const faulty = checks.find(({ schema }) => !schema.Check(candidate));
    return `invalid_${faulty?.member ?? last}`;
  };
}
