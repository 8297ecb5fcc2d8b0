import { describe, expect, it, jest } from '@jest/globals';
import { AnswerCache, CachedAnswer } from './answer-cache.ts';

describe('AnswerCache', () => {
  it('makes an answer once for all who ask, for each source', () => {
    const cache = new AnswerCache();
    let total = 0;
    const make = jest.fn(() => CachedAnswer.of({ total: (total += 1) }));
    const [before, after] = [{}, {}];
    const answer = cache.get(before, 'a', make);
    expect(cache.get(before, 'a', make)).toBe(answer);
    expect(make).toHaveBeenCalledTimes(1);
    expect(cache.get(after, 'a', make).body.toString()).toBe('{"total":2}');
    expect(cache.get(before, 'a', make)).toBe(answer);
  });

  it('tells answers apart by their key', () => {
    const cache = new AnswerCache();
    const source = {};
    const bodies = ['a', 'b', 'a'].map(
      (key) => cache.get(source, key, () => CachedAnswer.of({ key })).body,
    );
    expect(bodies.map(String)).toEqual(['{"key":"a"}', '{"key":"b"}', '{"key":"a"}']);
  });

  it('stays bounded, whatever clients ask', () => {
    const cache = new AnswerCache();
    const source = {};
    const answer = (key: number, length = 1) =>
      cache.get(source, String(key), () => new CachedAnswer('x'.repeat(length)));
    const [first, second] = [answer(0), answer(1)];
    for (let key = 2; key < 200; key += 1) answer(key);
    expect(answer(0)).toBe(first);
    answer(200);
    expect(answer(0)).toBe(first);
    expect(answer(1)).not.toBe(second);
    answer(201, 32 * 1024 * 1024);
    expect(answer(0)).not.toBe(first);
  });
});

describe('CachedAnswer', () => {
  it('has the same tag for the same body only', () => {
    const [one, same, other] = [{ a: 1 }, { a: 1 }, { a: 2 }].map((body) => CachedAnswer.of(body));
    expect(one?.etag).toMatch(/^W\/"[\w-]+"$/);
    expect(same?.etag).toBe(one?.etag);
    expect(other?.etag).not.toBe(one?.etag);
  });

  it('is compressed once', () => {
    const answer = new CachedAnswer('x'.repeat(5000));
    expect(answer.gzipped()).toBe(answer.gzipped());
    expect(answer.gzipped()?.length).toBeLessThan(200);
  });
});
