import { describe, expect, it } from '@jest/globals';
import { EventParser } from './event-stream.ts';

const STREAM =
  'retry: 2000\n\nid: a\ndata: {"total":1}\n\n: still here\n\nid: b\ndata: {"total":2}\n\n';
const EVENTS = [
  { id: 'a', text: '{"total":1}' },
  { id: 'b', text: '{"total":2}' },
];

describe('EventParser', () => {
  it.each([1, 2, 3, 7, STREAM.length])('gives each event once, in chunks of %i', (size) => {
    const parser = new EventParser();
    const events = [];
    for (let at = 0; at < STREAM.length; at += size) {
      events.push(...parser.push(STREAM.slice(at, at + size)));
    }
    expect(events).toEqual(EVENTS);
  });

  it('gives nothing for a heartbeat, nor for an event that was cut off', () => {
    const parser = new EventParser();
    expect(parser.push(': still here\n\nid: a\ndata: {"total":1}\n')).toEqual([]);
  });

  it('joins the lines of one event', () => {
    expect(new EventParser().push('data: one\ndata:two\n\n')).toEqual([
      { id: '', text: 'one\ntwo' },
    ]);
  });
});
