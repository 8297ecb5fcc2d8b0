import { LOGIN_MEMBERS } from '../../members.ts';
import type { Member } from '../../members.ts';
import { LOGIN } from '../a-login.ts';
import { login, spelled, withMembers } from './login-text.ts';
import type { Row } from './row.ts';

/** Right and wrong values of single members; each is held to {@link EVERY_MEMBER}, too. */
export const MEMBERS: readonly Row[] = [
  [
    'device_id',
    login({ device_id: 'cd1e9c9d-5d4b-4b0e-8d0a-1f6e0b8f7a11' }),
    'valid',
    'other members are carried over',
  ],
  ['processed already', login({ processed: false }), 'valid', 'the transformer sets the mark'],
  ['nested processed', login({ inner: { processed: 'no' } }), 'valid', 'only the top level counts'],
  [
    'escaped key',
    login().replace('user_id', 'user\\u005fid'),
    'valid',
    'members are compared after decoding',
  ],
  [
    'key in another case',
    login().replace('user_id', 'User_Id'),
    'invalid_user_id',
    'member names have a case',
  ],
  [
    'duplicate, last one good',
    `{"ip":"nowhere",${login().slice(1)}`,
    'valid',
    'the last one counts',
  ],
  ['duplicate, last one bad', withMembers('"ip":"nowhere"'), 'invalid_ip', 'the last one counts'],
  [
    'escaped duplicate, last one bad',
    withMembers('"\\u0069p":"nowhere"'),
    'invalid_ip',
    'the last one counts, however spelled',
  ],
  [
    '__proto__ with members',
    withMembers('"__proto__":{"ip":7}'),
    'valid',
    'a member like any other',
  ],
  [
    'members only in __proto__',
    `{"__proto__":${login()}}`,
    'invalid_user_id',
    'nothing is inherited',
  ],
  [
    'several faults',
    login({ timestamp: 'soon', ip: 7, app_version: '' }),
    'invalid_app_version',
    'the first faulty member gives the reason',
  ],
  [
    'faults of first and last',
    spelled('user_id', '1').replace('1734547631', '-1'),
    'invalid_user_id',
    "the order is the schema's, not the text's",
  ],

  ['upper-case uuid', login({ user_id: LOGIN.user_id.toUpperCase() }), 'valid', 'any case'],
  ['nil uuid', login({ user_id: '00000000-0000-0000-0000-000000000000' }), 'valid', 'any version'],
  [
    'uuid version 7',
    login({ user_id: '0193d9a8-1f2b-7cde-8abc-0123456789ab' }),
    'valid',
    'any version',
  ],
  [
    'uuid of no known version',
    login({ user_id: 'ffffffff-ffff-ffff-ffff-ffffffffffff' }),
    'valid',
    'any version',
  ],
  [
    'uuid without hyphens',
    login({ user_id: LOGIN.user_id.replaceAll('-', '') }),
    'invalid_user_id',
    'only the 8-4-4-4-12 form',
  ],
  ['uuid urn', login({ user_id: `urn:uuid:${LOGIN.user_id}` }), 'invalid_user_id', 'no prefix'],
  ['uuid in braces', login({ user_id: `{${LOGIN.user_id}}` }), 'invalid_user_id', 'no braces'],
  [
    'uuid with line feed',
    login({ user_id: `${LOGIN.user_id}\n` }),
    'invalid_user_id',
    'the whole text must match',
  ],
  [
    'uuid with a bad digit',
    login({ user_id: LOGIN.user_id.replace('4', 'g') }),
    'invalid_user_id',
    'hexadecimal digits',
  ],

  ['app_version of 64 characters', login({ app_version: 'x'.repeat(64) }), 'valid', 'the longest'],
  [
    'app_version of 64 emoji',
    login({ app_version: '📱'.repeat(64) }),
    'valid',
    'code points, not UTF-16 units',
  ],
  [
    'app_version of 65 emoji',
    login({ app_version: '📱'.repeat(65) }),
    'invalid_app_version',
    'too long',
  ],
  ['app_version of one emoji', login({ app_version: '📱' }), 'valid', 'not empty'],
  ['app_version a number', login({ app_version: 2.3 }), 'invalid_app_version', 'wrong type'],

  ['iOS', login({ device_type: 'iOS' }), 'valid', 'as most sources write it'],
  ['IOS', login({ device_type: 'IOS' }), 'valid', 'any case'],
  ['Android', login({ device_type: 'Android' }), 'valid', 'any case'],
  ['unknown device_type', login({ device_type: 'smart fridge' }), 'valid', 'the set is open'],

  ['IPv6', login({ ip: '2001:db8::8a2e:370:7334' }), 'valid', 'either version'],
  ['IPv6 with IPv4 part', login({ ip: '::ffff:192.0.2.1' }), 'valid', 'RFC 4291, section 2.2'],
  ['IPv6 unspecified', login({ ip: '::' }), 'valid', 'an address'],
  [
    'IPv6 with zone id',
    login({ ip: 'fe80::1%eth0' }),
    'invalid_ip',
    'a zone has a meaning on one host only',
  ],
  ['IPv6 in brackets', login({ ip: '[::1]' }), 'invalid_ip', 'that is a URL host'],
  ['IPv4 with prefix length', login({ ip: '10.0.0.0/8' }), 'invalid_ip', 'that is a network'],
  ['IPv4 out of range', login({ ip: '256.1.1.1' }), 'invalid_ip', 'a byte is at most 255'],
  [
    'IPv4 with leading zero',
    login({ ip: '10.0.0.01' }),
    'invalid_ip',
    'octal to some, decimal to others',
  ],
  ['IPv4 of three parts', login({ ip: '10.0.1' }), 'invalid_ip', 'four parts'],
  ['ip a number', login({ ip: 3232235777 }), 'invalid_ip', 'wrong type'],

  ['locale within the US', login({ locale: 'TX' }), 'valid', 'a state'],
  ['locale beyond ASCII', login({ locale: 'Ñuñoa' }), 'valid', 'any text'],
];

/** What no member of any kind may hold. */
const WRONG: Readonly<Record<string, unknown>> = {
  null: null,
  empty: '',
  'of 65 characters': 'x'.repeat(65),
  'a boolean': true,
  'a negative number': -1,
  'a list': ['RU'],
  'an object': {},
};

/** What holds for every member, whatever its kind. */
export const EVERY_MEMBER = Object.entries<Member>(LOGIN_MEMBERS).flatMap(
  ([name, { optional }]): readonly Row[] => {
    const reason = `invalid_${name as keyof typeof LOGIN_MEMBERS}` as const;
    const missing = optional === true ? 'valid' : reason;
    return [
      [`${name} missing`, login({ [name]: undefined }), missing, 'an optional one may be'],
      ...Object.entries(WRONG).map(([fault, value]): Row => [
        `${name} ${fault}`,
        login({ [name]: value }),
        reason,
        'no member holds that',
      ]),
    ];
  },
);
