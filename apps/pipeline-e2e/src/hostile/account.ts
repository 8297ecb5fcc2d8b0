import { createHash } from 'node:crypto';
import { sameBytes } from '../compare.ts';
import { markFault } from '../expected-outcome.ts';
import type { LoggedRecord, WireHeader, WireRecord } from '../wire/record-batch.ts';
import type { ValueKind } from './arbitraries.ts';

const MOST_FAULTS = 20;
/** Below it a login fits into every topic, whatever is added to it. */
const SMALL_BYTES = 700_000;
const HOUR_MS = 3_600_000;
/** The first of the headers that a dead letter gets. */
const FIRST_ADDED = 'x-dead-letter-reason';
const OMITTED = 'x-dead-letter-omitted-bytes';

/** What may become of a record. */
type Outcome = 'output' | 'dead letter' | 'output or dead letter' | 'nothing';

/** What is known of a record before it is written. */
interface Expected {
  readonly outcome: Outcome;
  /** For a failure's message. */
  readonly name: string;
  readonly digest: string;
}

const UNKNOWN: Expected = { outcome: 'nothing', name: '?', digest: '' };

interface DeadLetter {
  /** Of the record that it was. */
  readonly digest: string;
  readonly isWhole: boolean;
  readonly isOfTopic: boolean;
}

/**
 * Keeps account of a transformer's records: what was written, and what came of each. It holds what has not come out
 * yet and, of the rest, places and digests.
 */
export class Account {
  readonly #topic: string;
  /** By id. */
  readonly #expected = new Map<string, Expected>();
  /** By id: what must or may still come out as a processed login. */
  readonly #pending = new Map<string, WireRecord>();
  /** Ids by place in the input. */
  readonly #written = new Map<string, string>();
  /** Those of `#written` that were not seen to come to something yet. */
  readonly #unsettled = new Map<string, string>();
  readonly #deadLetters = new Map<string, DeadLetter>();
  readonly #outputs = new Set<string>();
  readonly #faults: string[] = [];

  /** @param topic the transformer's input */
  constructor(topic: string) {
    this.#topic = topic;
  }

  get written(): number {
    return this.#written.size;
  }

  get outputs(): number {
    return this.#outputs.size;
  }

  get deadLetters(): number {
    return this.#deadLetters.size;
  }

  /** Before a record is written: its output may be here before the broker's answer. */
  expect(id: string, kind: ValueKind, name: string, record: WireRecord): void {
    const outcome = outcomeOf(kind, record);
    this.#expected.set(id, { outcome, name, digest: digestOf(record) });
    if (outcome.startsWith('output')) this.#pending.set(id, record);
  }

  /** A record did not get into the log. */
  forget(id: string): void {
    this.#expected.delete(id);
    this.#pending.delete(id);
  }

  /** A record is in the log. */
  wrote(id: string, partition: number, offset: number): void {
    this.#written.set(placeOf(partition, offset), id);
    this.#unsettled.set(placeOf(partition, offset), id);
  }

  /** A processed login was read. */
  sawOutput(partition: number, { offset, ...output }: LoggedRecord): void {
    const id = idOf(output.value) ?? '';
    const fault = this.#outputs.has(id) ? 'it is there twice' : this.#outputFault(id, output);
    this.#outputs.add(id);
    this.#pending.delete(id);
    const name = this.#expected.get(id)?.name ?? 'of no record that was written';
    if (fault !== undefined) this.#fault(`output at ${partition}:${offset} (${name}): ${fault}`);
  }

  /** A dead letter was read. */
  sawDeadLetter({ headers, key, value, timestamp }: LoggedRecord): void {
    const partition = lastHeader(headers, 'x-dead-letter-partition');
    const offset = lastHeader(headers, 'x-dead-letter-offset');
    const place = placeOf(Number(partition), Number(offset));
    if (this.#deadLetters.has(place)) this.#fault(`a dead letter of ${place} is there twice`);
    const ownEnd = headers.findLastIndex(([name]) => name.toString() === FIRST_ADDED);
    this.#deadLetters.set(place, {
      digest: digestOf({ key, value, headers: headers.slice(0, ownEnd), timestamp }),
      isWhole: lastHeader(headers.slice(ownEnd), OMITTED) === undefined,
      isOfTopic: lastHeader(headers, 'x-dead-letter-topic') === this.#topic,
    });
  }

  /** @returns whether every record has come to something */
  isSettled(): boolean {
    for (const [place, id] of this.#unsettled) {
      const isDone = this.#outputs.has(id) || this.#deadLetters.has(place);
      if (!isDone && this.#expected.get(id)?.outcome !== 'nothing') return false;
      this.#unsettled.delete(place);
    }
    return true;
  }

  /** @returns one line per fault; none when every record has one outcome, and the right one */
  faults(): readonly string[] {
    const all = [...this.#faults];
    for (const [place, id] of this.#written) {
      const letter = this.#deadLetters.get(place);
      const { name, outcome, digest } = this.#expected.get(id) ?? UNKNOWN;
      const came = [
        ...(this.#outputs.has(id) ? ['output'] : []),
        ...(letter === undefined ? [] : ['dead letter']),
      ];
      const isRight = came.length === 0 ? outcome === 'nothing' : outcome.includes(came.join());
      if (!isRight) {
        all.push(
          `record at ${place} (${name}): ${came.join(' and ') || 'nothing'}, not ${outcome}`,
        );
      }
      if (letter === undefined) continue;
      if (!letter.isOfTopic) all.push(`dead letter of ${place} (${name}) names another topic`);
      if (letter.isWhole && letter.digest !== digest) {
        all.push(`dead letter of ${place} (${name}) is not the record that came`);
      }
    }
    for (const place of this.#deadLetters.keys()) {
      if (!this.#written.has(place))
        all.push(`dead letter of ${place}, where no record was written`);
    }
    return all.slice(0, MOST_FAULTS);
  }

  #outputFault(id: string, output: WireRecord): string | undefined {
    const record = this.#pending.get(id);
    return record === undefined ? 'it should not be there' : outputFault(record, output);
  }

  #fault(text: string): void {
    if (this.#faults.length < MOST_FAULTS) this.#faults.push(text);
  }
}

function outcomeOf(kind: ValueKind, { key, value, headers, timestamp }: WireRecord): Outcome {
  switch (kind) {
    case 'filtered login':
      return (value?.length ?? 0) < SMALL_BYTES ? 'nothing' : 'output or dead letter';
    case 'no login':
      return 'dead letter';
    case 'login': {
      const parts = headers.flatMap(([name, content]) => [name, content]);
      const bytes = [key, value, ...parts].reduce((sum, part) => sum + (part?.length ?? 0) + 10, 0);
      const isTimely = timestamp >= 0n && Number(timestamp) < Date.now() + HOUR_MS / 2;
      return isTimely && bytes < SMALL_BYTES ? 'output' : 'output or dead letter';
    }
  }
}

function outputFault(input: WireRecord, output: WireRecord): string | undefined {
  if (!sameBytes(output.key, input.key)) return 'another key';
  if (output.timestamp !== input.timestamp) return 'another timestamp';
  if (digestOfHeaders(output.headers) !== digestOfHeaders(input.headers)) return 'other headers';
  if (input.value === null || output.value === null) return 'no value';
  return markFault(input.value.subarray(frameBytes(input.value)), output.value);
}

function frameBytes(value: Buffer): number {
  return value[0] === 0 ? 5 : 0;
}

function digestOf({ key, value, headers }: WireRecord): string {
  const hash = createHash('sha1').update(digestOfHeaders(headers));
  for (const part of [key, value]) hash.update(`${part?.length ?? -1};`).update(part ?? '');
  return hash.digest('base64');
}

function digestOfHeaders(headers: readonly WireHeader[]): string {
  const hash = createHash('sha1');
  for (const part of headers.flat()) hash.update(`${part?.length ?? -1};`).update(part ?? '');
  return hash.digest('base64');
}

function lastHeader(headers: readonly WireHeader[], name: string): string | undefined {
  return headers.findLast(([it]) => it.toString() === name)?.[1]?.toString();
}

/** @returns the id in a login, its last one where there are two; undefined when there is none */
function idOf(value: Buffer | null): string | undefined {
  if (value === null) return undefined;
  try {
    const login = JSON.parse(value.subarray(frameBytes(value)).toString()) as {
      readonly user_id?: unknown;
    };
    return typeof login.user_id === 'string' ? login.user_id : undefined;
  } catch {
    return undefined;
  }
}

function placeOf(partition: number, offset: number): string {
  return `${partition}:${offset}`;
}
