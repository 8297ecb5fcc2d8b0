import { describe, expect, it } from '@jest/globals';
import { ScrapeText } from './scrape.ts';

describe('ScrapeText', () => {
  it('makes the text once for all who ask within a quarter of a second', async () => {
    let nowMs = 0;
    let made = 0;
    const text = new ScrapeText(
      () => Promise.resolve(String((made += 1))),
      () => nowMs,
    );
    expect(await Promise.all([text.get(), text.get()])).toEqual(['1', '1']);
    nowMs = 249;
    expect(await text.get()).toBe('1');
    nowMs = 250;
    expect(await text.get()).toBe('2');
  });
});
