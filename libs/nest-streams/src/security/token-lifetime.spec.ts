import { describe, expect, it } from '@jest/globals';
import { tokenLifetime } from './token-lifetime.ts';

const NOW_SECONDS = 1_800_000_000;
const part = (text: string): string => Buffer.from(text).toString('base64url');
const jwt = (claims: string): string => `${part('{}')}.${part(claims)}.signature`;
const endingIn = (seconds: number): string => jwt(`{"exp":${NOW_SECONDS + seconds}}`);

describe('tokenLifetime', () => {
  it.each<[string, string, number | undefined, number]>([
    ['the answer, of an opaque token', 'opaque', 60, 60],
    ['the answer, where the token says nothing', jwt('{"sub":"me"}'), 60, 60],
    ['the token, where the answer says nothing', endingIn(30), undefined, 30],
    ['the token, where it ends sooner', endingIn(30), 1e300, 30],
    ['the answer, where it ends sooner', endingIn(90), 60, 60],
    ['the answer, where the clock of the process is wrong', endingIn(-90), 60, 60],
    ['nothing', 'opaque', undefined, Infinity],
    ['nothing, where the token has other parts', 'a.b.c', undefined, Infinity],
    ['nothing, where its end is no number', jwt('{"exp":"soon"}'), undefined, Infinity],
    ['nothing, where there are no claims', jwt('null'), undefined, Infinity],
    ['nothing, where its end is past', endingIn(-1), undefined, Infinity],
  ])('is known from %s', (_, access_token, expires_in, seconds) => {
    const lifetime = tokenLifetime({ access_token, expires_in }, NOW_SECONDS * 1_000);
    expect(lifetime).toBe(seconds * 1_000);
  });
});
