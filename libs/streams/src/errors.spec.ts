import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import * as streams from './index.ts';

type Exports = typeof streams;
type ErrorClass = abstract new (...args: never[]) => Error;

/** The code of an error class; `never` of one that has none, so that no line of the list fits it. */
type CodeOf<Class> = Class extends abstract new (...args: never[]) => { readonly code: infer Code }
  ? Code
  : never;

/** By the name of each error class that users get, the code that they may rely on. */
type Codes = {
  readonly [Name in keyof Exports as Exports[Name] extends ErrorClass ? Name : never]: CodeOf<
    Exports[Name]
  >;
};

/** These hand on what a broker said. */
type KafkaNamed = 'OutsideOfGenerationError' | 'ProtocolError';

/** The type checker holds each code against its class. A code that is changed breaks programs that ask for it. */
const CODES: Omit<Codes, KafkaNamed> = {
  AuthenticationError: 'AUTHENTICATION_FAILED',
  BrokenLineError: 'BROKEN_LINE',
  ConnectionEndedError: 'CONNECTION_ENDED',
  CoordinatorMissingError: 'COORDINATOR_MISSING',
  DamageError: 'DAMAGE',
  ForeignChangesError: 'FOREIGN_CHANGES',
  ForeignGroupError: 'FOREIGN_GROUP',
  FuseBlownError: 'FUSE_BLOWN',
  ImpossiblePositionError: 'IMPOSSIBLE_POSITION',
  LatestUnreadableError: 'LATEST_UNREADABLE',
  PartitionUnwritableError: 'PARTITION_UNWRITABLE',
  PositionLostError: 'POSITION_LOST',
  RecordsRefusedError: 'RECORDS_REFUSED',
  SnapshotsUnreadableError: 'SNAPSHOTS_UNREADABLE',
  SnapshotTooLargeError: 'SNAPSHOT_TOO_LARGE',
  StalledError: 'STALLED',
  StateMismatchError: 'STATE_MISMATCH',
  StuckProducerError: 'STUCK_PRODUCER',
  TlsError: 'TLS_FAILED',
  UnansweredError: 'UNANSWERED',
  UndecidedError: 'UNDECIDED',
  UnreachableError: 'UNREACHABLE',
  UnreadableBatchError: 'UNREADABLE_BATCH',
  UnsupportedBrokerError: 'BROKER_UNSUPPORTED',
  UnwritableRecordsError: 'UNWRITABLE_RECORDS',
  UnwrittenError: 'UNWRITTEN',
};
const KAFKA_NAMED: readonly KafkaNamed[] = ['OutsideOfGenerationError', 'ProtocolError'];

describe('the errors that users get', () => {
  it('have a code each, and all of them are listed', () => {
    const exported = Object.entries(streams).flatMap(([name, value]) =>
      isErrorClass(value) ? [name] : [],
    );
    expect(new Set([...Object.keys(CODES), ...KAFKA_NAMED])).toEqual(new Set(exported));
  });

  it('share no code, and are all in the list that others rely on', () => {
    expect(Object.values(CODES).toSorted()).toEqual(streams.ERROR_CODES.toSorted());
  });

  it('are explained, by their codes, in the page of errors', () => {
    const page = readFileSync(new URL('../../../docs/errors.md', import.meta.url), 'utf8');
    const missing = streams.ERROR_CODES.filter((code) => !page.includes(`\n| \`${code}\` `));
    expect(missing).toEqual([]);
  });
});

function isErrorClass(value: unknown): boolean {
  return typeof value === 'function' && value.prototype instanceof Error;
}
