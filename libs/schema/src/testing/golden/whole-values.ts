import { LOGIN } from '../a-login.ts';
import { login, withMembers } from './login-text.ts';
import { FOREIGN_FRAMES } from './foreign-frames.ts';
import type { Row } from './row.ts';

/** What a record may hold instead of one login, and logins in unusual clothes. */
export const WHOLE_VALUES: readonly Row[] = [
  ['plain login', login(), 'valid', 'every member as documented'],
  ['null value', null, 'null_value', 'a tombstone is no login'],
  ['empty value', '', 'empty_value', 'no bytes, no JSON'],
  ['only white space', ' \n', 'invalid_json', 'white space is no JSON text'],
  [
    'broken UTF-8 in a member',
    Buffer.from(login({ locale: 'caf\xe9' }), 'latin1'),
    'invalid_utf8',
    'never replaced by U+FFFD',
  ],
  [
    'broken UTF-8 in no JSON',
    Buffer.from([0x7b, 0xc3, 0x28]),
    'invalid_utf8',
    'UTF-8 is checked before JSON',
  ],
  [
    'overlong UTF-8',
    Buffer.from([0x22, 0xc0, 0xaf, 0x22]),
    'invalid_utf8',
    'RFC 3629 forbids overlong forms',
  ],
  [
    'encoded surrogate',
    Buffer.from([0x22, 0xed, 0xa0, 0x80, 0x22]),
    'invalid_utf8',
    'RFC 3629 forbids surrogates',
  ],
  ['byte order mark', `\uFEFF${login()}`, 'invalid_json', 'RFC 8259 forbids senders to add one'],
  ['UTF-16', Buffer.from(login(), 'utf16le'), 'invalid_json', 'zero bytes are UTF-8, but no JSON'],
  ['truncated JSON', login().slice(0, -20), 'invalid_json', 'cut within a member'],
  ['closing brace missing', login().slice(0, -1), 'invalid_json', 'cut before the end'],
  ['trailing garbage', `${login()}x`, 'invalid_json', 'one value and nothing else'],
  ['two objects', `${login()}\n${login()}`, 'invalid_json', 'one record, one login'],
  ['trailing comma', withMembers(''), 'invalid_json', 'JSON has none'],
  ['single quotes', login().replaceAll('"', "'"), 'invalid_json', "Python's repr is no JSON"],
  ...FOREIGN_FRAMES,
  ['white space around', `\r\n\t ${login()} \n`, 'valid', 'JSON allows it'],
  ['white space inside', JSON.stringify(LOGIN, null, 2), 'valid', 'JSON allows it'],
  ['array', `[${login()}]`, 'not_an_object', 'one record, one login'],
  ['empty array', '[]', 'not_an_object', 'a login is an object'],
  ['number', '42', 'not_an_object', 'a login is an object'],
  ['string', JSON.stringify(login()), 'not_an_object', 'encoded twice'],
  ['null', 'null', 'not_an_object', 'a login is an object'],
  ['empty object', '{}', 'invalid_user_id', 'the first missing member gives the reason'],
  [
    '900 kB member',
    login({ note: 'x'.repeat(900_000) }),
    'valid',
    'other members have no limit of their own',
  ],
  [
    '10,000 nested arrays',
    withMembers(`"deep":${'['.repeat(10_000)}${']'.repeat(10_000)}`),
    'valid',
    'depth has no limit',
  ],
];
