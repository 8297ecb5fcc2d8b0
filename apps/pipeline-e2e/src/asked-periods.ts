import { reaches } from './insights-answer.ts';
import type { InsightsAnswer } from './insights-answer.ts';
import { answeredOf, PATHS, pathOf, usersIn } from './period-answers.ts';
import { recountPeriod } from './recount-periods.ts';
import type { PeriodQuery, PeriodRecount } from './recount-periods.ts';
import type { Service } from './service.ts';
import type { ReadRecord } from './topic-reader.ts';

/** What one replica answers about one period, by path; as CSV by ` csv` behind it. */
type Bodies = ReadonlyMap<string, string>;

/** What replicas answer, all of it within one hour. */
export interface Asked {
  readonly atMs: number;
  readonly periods: readonly {
    readonly query: PeriodQuery;
    /** Of each replica. */
    readonly bodies: readonly Bodies[];
  }[];
  /** The body of each replica's `/ledger`. */
  readonly ledgers: readonly string[];
}

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const SETTLED_MS = 90_000;
/** Of an estimate of users: 4,096 registers. */
const RELATIVE_ERROR = 1.04 / 64;
const STANDARD_ERRORS = 3;
const QUOTED = 300;

/** Waits until every replica answers for all of a topic that ends there. */
export async function contain(
  replicas: readonly Service[],
  ends: readonly number[],
): Promise<void> {
  await Promise.all(replicas.map((replica) => settled(replica, '/insights', ends)));
}

/**
 * Asks every replica everything about every period, once its answers contain all of the topic.
 *
 * @param ends of the topic's partitions
 */
export async function askAll(
  replicas: readonly Service[],
  ends: readonly number[],
): Promise<Asked> {
  for (;;) {
    const atMs = Date.now();
    const periods: Asked['periods'][number][] = [];
    for (const query of queries(atMs)) {
      const bodies = await Promise.all(replicas.map((each) => bodiesOf(each, query, ends)));
      periods.push({ query, bodies });
    }
    const ledgers = await Promise.all(replicas.map((each) => textOf(each, '/ledger')));
    // Answers of two hours are of two periods.
    if (hourOf(atMs) === hourOf(Date.now())) return { atMs, periods, ledgers };
  }
}

/** @returns one line for each answer that differs from another replica's */
export function differences({ periods, ledgers }: Asked): readonly string[] {
  const faults = ledgers.flatMap((ledger) => difference('/ledger', ledgers[0] ?? '', ledger));
  for (const { bodies } of periods) {
    const [first = new Map<string, string>(), ...others] = bodies;
    for (const other of others) {
      for (const [path, body] of first) faults.push(...difference(path, body, other.get(path)));
    }
  }
  return faults;
}

/** What the answers about one period say, and a recount of the topic. */
export interface Compared {
  readonly query: PeriodQuery;
  readonly answered: PeriodRecount;
  readonly expected: PeriodRecount;
}

/** @returns what the first replica answers beside a recount */
export function compared(
  { atMs, periods }: Asked,
  records: readonly ReadRecord[],
): Promise<readonly Compared[]> {
  const each = periods.map(async ({ query, bodies: [bodies] }) => ({
    query,
    answered: await answeredOf((path) => Promise.resolve(bodies?.get(path) ?? ''), query),
    expected: recountPeriod(records, query, atMs),
  }));
  return Promise.all(each);
}

/** @returns one line for each estimate of users that is not within three standard errors of their number */
export function misjudgedUsers({ query, answered, expected }: Compared): readonly string[] {
  const exactly = new Map(usersIn(expected));
  const distinct = usersIn(answered).flatMap(([of, estimate]) => {
    const users = exactly.get(of) ?? NaN;
    return misjudged(of, { estimate, users, error: RELATIVE_ERROR * users });
  });
  const returning = answered.days.flatMap(({ day, returning: estimate, returningError }, index) => {
    const users = expected.days[index]?.returning;
    if (estimate === undefined || users === undefined) return [];
    return misjudged(`back on ${day}`, { estimate, users, error: returningError ?? NaN });
  });
  return [...distinct, ...returning].map((fault) => `${JSON.stringify(query)}: ${fault}`);
}

function misjudged(
  of: string,
  { estimate, users, error }: Readonly<Record<'estimate' | 'users' | 'error', number>>,
): readonly string[] {
  // Estimates are whole numbers.
  if (Math.abs(estimate - users) <= STANDARD_ERRORS * error + 0.5) return [];
  return [`${estimate} users ${of}, and there are ${users}`];
}

/** @returns the body of the answer as CSV that belongs to one as JSON */
export function csvOf(path: string): string {
  return `${path} csv`;
}

function queries(nowMs: number): readonly PeriodQuery[] {
  const daysAgo = [0, 1, 5].map((days) => new Date(nowMs - days * DAY).toISOString().slice(0, 10));
  const last = ['1h', '24h', '7d', '30d'] as const;
  return [undefined, ...last.map((each) => ({ last: each })), ...daysAgo.map((day) => ({ day }))];
}

async function bodiesOf(
  replica: Service,
  query: PeriodQuery,
  ends: readonly number[],
): Promise<Bodies> {
  const bodies = new Map<string, string>();
  for (const path of PATHS) {
    const asked = pathOf(path, query);
    bodies.set(asked, await settled(replica, asked, ends));
    if (path === '/insights') continue;
    bodies.set(csvOf(asked), await textOf(replica, asked, { accept: 'text/csv' }));
  }
  const stream = pathOf('/insights/stream', query);
  bodies.set(stream, await firstEvent(replica, stream));
  return bodies;
}

/** @returns the answer once it contains all of the topic: each period is merged anew on its own */
function settled(replica: Service, path: string, ends: readonly number[]): Promise<string> {
  return replica.until(
    `${path} for all`,
    async () => {
      const text = await textOf(replica, path).catch(() => undefined);
      if (text === undefined) return false;
      const answer = JSON.parse(text) as InsightsAnswer;
      return answer.complete && reaches(answer, ends) && text;
    },
    SETTLED_MS,
  );
}

async function textOf(
  { url }: Service,
  path: string,
  headers: Readonly<Record<string, string>> = {},
): Promise<string> {
  const response = await fetch(url + path, { headers, signal: AbortSignal.timeout(10_000) });
  const text = await response.text();
  if (!response.ok) throw new Error(`${path} answers ${response.status}: ${text}`);
  return text;
}

/** @returns the data of the first event of a stream */
async function firstEvent({ url }: Service, path: string): Promise<string> {
  const { body } = await fetch(url + path, { signal: AbortSignal.timeout(10_000) });
  let text = '';
  for await (const part of body?.pipeThrough(new TextDecoderStream()) ?? []) {
    text += part;
    const data = /^data: (.*)\n\n/m.exec(text)?.[1];
    if (data !== undefined) return data;
  }
  throw new Error(`${path} ends after ${text}`);
}

function difference(path: string, one: string, other = 'no answer'): readonly string[] {
  if (one === other) return [];
  let at = 0;
  while (one[at] === other[at]) at += 1;
  const quoted = (text: string): string => text.slice(Math.max(0, at - 50), at + QUOTED);
  return [`${path}: ${quoted(one)}\nand: ${quoted(other)}`];
}

function hourOf(ms: number): number {
  return Math.floor(ms / HOUR);
}
