import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { questionsAbout } from './asking.ts';
import { followServer } from './follow-server.ts';
import type { SeenQuestion } from './live-hub.ts';
import type { News } from './live.ts';
import type { Period } from './period.ts';

const BASE = 'http://server.test/proxied/';
const USERS = { route: 'insights/users', soonMs: () => 15_000, everyMs: 60_000 } as const;

let asked: string[];
let atOnce: { now: number; most: number };
let seen: readonly SeenQuestion[];
let told: News[];
let stop: AbortController;
/** What the server answers in place of a total of 1. */
let refusal: Response | undefined;
let send: (event: string) => void;

beforeEach(() => {
  jest.useFakeTimers();
  asked = [];
  atOnce = { now: 0, most: 0 };
  seen = [];
  told = [];
  stop = new AbortController();
  refusal = undefined;
  jest.spyOn(globalThis, 'fetch').mockImplementation(async (input) => {
    const path = input instanceof URL ? input.href.replace(BASE, '') : '';
    asked.push(path);
    if (path === 'insights/stream') return stream();
    atOnce.now += 1;
    atOnce.most = Math.max(atOnce.most, atOnce.now);
    await Promise.resolve();
    atOnce.now -= 1;
    return refusal?.clone() ?? Response.json({ total: 1 });
  });
});
afterEach(() => {
  stop.abort();
  jest.restoreAllMocks();
  jest.useRealTimers();
});

function stream(): Response {
  const body = new ReadableStream<Uint8Array>({
    start: (controller) => {
      send = (event) => {
        controller.enqueue(new TextEncoder().encode(event));
      };
    },
  });
  return new Response(body);
}

async function follow(...periods: Period[]): Promise<void> {
  seen = periods.flatMap((period) =>
    questionsAbout(period, [USERS]).map((question) => ({ ...question, period })),
  );
  const tell = (news: News): void => void told.push(news);
  followServer(BASE)(tell, () => seen, stop.signal);
  await settle();
}

/** Lets all that is on its way arrive. */
async function settle(): Promise<void> {
  for (let turn = 0; turn < 20; turn += 1) await jest.advanceTimersByTimeAsync(0);
}

async function pass(ms: number): Promise<void> {
  jest.advanceTimersByTime(ms);
  await settle();
}

function problems(): (string | undefined)[] {
  return told.flatMap(({ of }) =>
    of !== undefined && 'problem' in of.answers ? [of.answers.problem] : [],
  );
}

describe('followServer', () => {
  it('follows one stream, and asks about all periods that are seen, one question at a time', async () => {
    await follow('', 'last=7d', 'day=2026-11-30');
    expect(asked.filter((path) => path.startsWith('insights/stream'))).toEqual(['insights/stream']);
    const insights = asked.filter((path) => /^insights(\?|$)/.test(path));
    expect(insights).toEqual(['insights?last=7d', 'insights?day=2026-11-30']);
    expect(asked.filter((path) => path.startsWith('insights/users'))).toEqual([
      'insights/users',
      'insights/users?last=7d',
      'insights/users?day=2026-11-30',
    ]);
    expect(atOnce.most).toBe(1);
  });

  it('asks nothing while no tab is seen', async () => {
    await follow();
    await pass(60_000);
    expect(asked).toEqual(['insights/stream']);
  });

  it('asks about a period again when the stream tells of a change, and else now and then', async () => {
    await follow('last=7d');
    const times = (): number => asked.filter((path) => path === 'insights?last=7d').length;
    await pass(5_000);
    expect(times()).toBe(1);
    send('id: a\ndata: {"total":2}\n\n');
    await settle();
    await pass(250);
    expect(times()).toBe(2);
    await pass(10_000);
    expect(times()).toBe(3);
    expect(told).toContainEqual({ now: { overall: { total: 2 } } });
  });

  it('tells what the server has against a period, until it answers', async () => {
    refusal = Response.json({ detail: 'No such day.' }, { status: 400 });
    await follow('day=2019-01-01');
    expect(problems()).toEqual(['No such day.']);
    refusal = undefined;
    await pass(10_000);
    expect(problems()).toStrictEqual(['No such day.', undefined]);
  });
});
