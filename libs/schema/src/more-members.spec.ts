import { describe, expect, it, jest } from '@jest/globals';
import { LOGIN_MEMBERS, MARK_MEMBERS } from './members.ts';
import type { Members } from './members.ts';
import { login, withMembers } from './testing/golden/login-text.ts';

/** Names that begin alike, and with the byte of the mark; before, between and behind the others. */
const MORE: Members = {
  ipv: { kind: 'ip', description: 'Required, and begins like another one.' },
  ...LOGIN_MEMBERS,
  platform: { kind: 'text', description: 'Optional.', optional: true },
  plan: { kind: 'text', description: 'Optional, too.', optional: true },
  previous: { kind: 'time', description: 'Optional, no text.', optional: true },
};

// All of what a login is follows from its members: here from more of them.
jest.unstable_mockModule('./members.ts', () => ({
  LOGIN_MEMBERS: MORE,
  MARK_MEMBERS,
  MAX_TEXT: 64,
}));
const { plainLogin, plainProcessedLogin } = await import('./plain-login.ts');
const { parsedLogin, parsedProcessedLogin } = await import('./parsed-login.ts');
const { markProcessed } = await import('./mark-processed.ts');
const { decodeLogin } = await import('./decode.ts');
const { REASONS } = await import('./reason.ts');
const { membersOf } = await import('./testing/members-of.ts');

const WITH_ALL = { ipv: '::1', platform: 'android-15', plan: 'pro', previous: 1.5 };

describe('a login with more members', () => {
  it.each([
    ['all of them', WITH_ALL],
    ['the optional ones missing', { ipv: '::1' }],
    ['one of two that begin alike', { ipv: '::1', plan: 'free' }],
    ['the other one', { ipv: '::1', platform: 'iOS-18' }],
    ['members of others that begin alike', { ipv: '::1', pl: 1, planet: 'x', i: null, ipvx: 7 }],
  ])('is plain with %s', (_, members) => {
    const text = Buffer.from(login(members));
    const read = plainLogin(text);
    expect(read && membersOf(read)).toEqual(membersOf(parsedLogin(text) as never));
    const marked = markProcessed(text, read as never);
    const processed = plainProcessedLogin(marked);
    expect(processed && membersOf(processed)).toEqual(
      membersOf(parsedProcessedLogin(marked) as never),
    );
  });

  it('keeps each of its members apart', () => {
    const read = plainLogin(Buffer.from(login(WITH_ALL)));
    expect(read && membersOf(read)).toEqual(JSON.parse(login(WITH_ALL)));
  });

  it.each([
    ['required', login()],
    ['marked', login({ ...WITH_ALL, processed: true })],
    ['twice', withMembers('"plan":"a","plan":"b"', { ipv: '::1' })],
    ['empty', login({ ipv: '::1', platform: '' })],
    ['null', login({ ipv: '::1', previous: null })],
  ])('is not plain with a member that is %s', (_, text) => {
    expect(plainLogin(Buffer.from(text))).toBeUndefined();
  });

  it.each([
    [{}, 'invalid_ipv'],
    [{ ipv: '::1', platform: '' }, 'invalid_platform'],
    [{ ipv: '::1', plan: null }, 'invalid_plan'],
    [{ ipv: '::1', previous: 'soon', user_id: '' }, 'invalid_user_id'],
    [{ ipv: '::1', previous: 'soon' }, 'invalid_previous'],
  ])('with %j is refused as %s', (members, reason) => {
    expect(decodeLogin(Buffer.from(login(members)))).toBe(reason);
    expect(REASONS).toContain(reason);
  });
});
