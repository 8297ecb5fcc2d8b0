import { describe, expect, it } from '@jest/globals';
import { momentText, spanText } from './period-line.ts';

const NOW = Date.parse('2026-12-01T10:42Z');

describe('spanText', () => {
  it('says from when to now, in UTC and beside it in the zone of the visitor', () => {
    const span = { from: '2026-11-24T11:00Z', to: '2026-12-01T11:00Z' };
    expect(spanText(span, NOW, 'Europe/Berlin')).toEqual({
      utc: '24 Nov 2026, 11:00 – now',
      local: '24 Nov 2026, 12:00 – now',
    });
  });

  it('ends a day at 24:00', () => {
    const day = { from: '2026-11-30T00:00Z', to: '2026-12-01T00:00Z' };
    expect(spanText(day, NOW, 'America/New_York')).toEqual({
      utc: '30 Nov 2026, 00:00 – 24:00',
      local: '29 Nov 2026, 19:00 – 30 Nov 2026, 19:00',
    });
  });

  it('has nothing to say beside UTC to a visitor who lives by it', () => {
    const span = { from: '2026-12-01T10:00Z', to: '2026-12-01T11:00Z' };
    expect(spanText(span, NOW, 'Atlantic/Reykjavik').local).toBeUndefined();
  });
});

describe('momentText', () => {
  it('is a time of both zones', () => {
    expect(momentText(NOW, 'Asia/Kolkata')).toEqual({
      utc: '1 Dec 2026, 10:42',
      local: '16:12',
    });
    expect(momentText(NOW, 'UTC').local).toBeUndefined();
  });
});
