import { aLogin, paddedLogin } from '@login-pipeline/schema/testing';
import type { NewRecord } from './cluster.ts';
import { PUBLISHED_MEMBERS } from './login-rules.ts';

/** A record that a test wrote, with the place it got and a name that no other has. */
export interface InputRecord extends NewRecord {
  readonly id: string;
  /** Its position in its partition, when the topic was empty before. */
  readonly offset: number;
  /** Which topic of the same name it is in, where one was created anew; default: the last one. */
  readonly topic?: string;
}

/** When the first record was written, epoch ms; each further one a millisecond later. */
const START = 1_734_547_631_000;
const USERS = 997;
/** Every second login passes the default filter. */
const VERSIONS = ['2.0.0', '2.3.0', '2.0.0', '1.9.4', ' v2.0.0 ', '2.0.1'];
const DEVICES = ['android', 'iOS', 'Android', 'web'];
const LOCALES = ['RU', 'TX', 'CA', 'Île-de-France', '東京'];

/** Ways to write a login: each is kept byte by byte. */
const SPELLINGS: readonly ((members: Members) => string)[] = [
  (members) => JSON.stringify(members),
  (members) => JSON.stringify(members, null, 2),
  (members) => `\r\n ${JSON.stringify(members).slice(0, -1)} }\n`,
  (members) => JSON.stringify(members).replace('"locale"', '"\\u006cocale"'),
  (members) => JSON.stringify(members).replace('173454', '1.73454e9,"was":173454'),
  (members) => JSON.stringify({ processed: false, ...members }),
  (members) => JSON.stringify({ ...members, processed: { by: 'nobody' }, inner: 'processed' }),
  (members) => JSON.stringify({ ...members, inner: { processed: true }, big: '\u{1F600}}{"' }),
];

const GUID = '0195f5c27a6b4c3d8e9f001122334455';

/** Ways to break one: every reason that a value can give, most of them several times. */
const BREAKAGES: readonly ((members: Members) => Buffer | null)[] = [
  () => null,
  () => Buffer.alloc(0),
  (members) => Buffer.concat([Buffer.from([0xff]), text(members)]),
  (members) => Buffer.from(JSON.stringify({ ...members, locale: 'caf\xe9' }), 'latin1'),
  (members) => text(members).subarray(0, -2),
  (members) => Buffer.from(`${JSON.stringify(members)};`),
  (members) => Buffer.from(`\uFEFF${JSON.stringify(members)}`),
  ...['000000000700', '000000000000000007', `01${GUID}`, `0300${GUID}`, 'c3010102030405060708'].map(
    (frame) => (members: Members) => Buffer.concat([Buffer.from(frame, 'hex'), text(members)]),
  ),
  (members) => text([members]),
  (members) => text(JSON.stringify(members)),
  () => text(null),
  ...PUBLISHED_MEMBERS.flatMap(({ name, required }) =>
    [...(required ? [undefined] : []), null, '', true, -1, {}, 'x'.repeat(65)].map(
      (wrong) => (members: Members) => text({ ...members, [name]: wrong }),
    ),
  ),
];

type Members = ReturnType<typeof membersOf>;

/**
 * Makes logins, the same ones for the same arguments. Each has its id in a header and, where its value is a login, in
 * a member; one user's logins share key and partition; one in twenty is bad.
 */
export function makeLoad(
  count: number,
  partitions: number,
  name = 'login',
): readonly InputRecord[] {
  const next = Array.from({ length: partitions }, () => 0);
  return Array.from({ length: count }, (_, index) => {
    const id = `${name}-${index}`;
    const bad = index % 20 === 7;
    const user = (index * 31) % USERS;
    const partition = user % partitions;
    const offset = next[partition] ?? 0;
    next[partition] = offset + 1;
    const members = membersOf(id, index, user);
    return {
      id,
      partition,
      offset,
      key: bad && index % 3 === 0 ? null : Buffer.from(members.user_id),
      value: bad
        ? pick(BREAKAGES, (index - 7) / 20)(members)
        : Buffer.from(pick(SPELLINGS, index)(members)),
      headers: {
        id,
        ...(index % 5 === 0 && { source: ['mobile', Buffer.from([0, 0xff, index % 256])] }),
        ...(index % 7 === 0 && { 'x-dead-letter-reason': 'an earlier one' }),
      },
      timestamp: String(START + index),
    };
  });
}

/** @returns a login that passes the default filter, with a value of so many bytes */
export function largeLogin(bytes: number, partition = 0): NewRecord {
  const members = membersOf('large', 0, 0);
  return {
    partition,
    key: Buffer.from(members.user_id),
    value: text(paddedLogin(members, bytes)),
    headers: {},
    timestamp: String(START),
  };
}

function membersOf(id: string, index: number, user: number) {
  return {
    login_id: id,
    ...aLogin({
      user_id: `424cdd21-063a-43a7-b91b-${String(user).padStart(12, '0')}`,
      app_version: pick(VERSIONS, index),
      device_type: pick(DEVICES, index),
      ip: index % 9 === 0 ? `2001:db8::${(index % 65_536).toString(16)}` : `10.1.2.${index % 256}`,
      locale: pick(LOCALES, index),
      timestamp: Math.floor((START + index) / 1_000),
    }),
  };
}

function pick<T>(choices: readonly T[], index: number): T {
  const chosen = choices[index % choices.length];
  if (chosen === undefined) throw new RangeError('nothing to choose from');
  return chosen;
}

function text(content: unknown): Buffer {
  return Buffer.from(JSON.stringify(content));
}
