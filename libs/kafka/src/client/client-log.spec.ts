import { describe, expect, it } from '@jest/globals';
import { createLogger } from '@login-pipeline/observability';
import type { LogEntry } from 'kafkajs';
import { BEGUN, REACHED } from './broker-connect-fix.ts';
import { clientLog } from './client-log.ts';
import { logLevel } from './kafkajs.ts';

interface Line {
  readonly level: string;
  readonly msg: string;
}

/** @returns the lines that come of one entry of kafkajs */
function logged(
  level: LogEntry['level'],
  message: string,
  fields: object = {},
  loudest: 'warn' | 'debug' = 'warn',
): Line[] {
  const lines: Line[] = [];
  const logger = createLogger({
    service: 'test',
    version: '0',
    level: 'trace',
    pretty: false,
    destination: { write: (line) => void lines.push(JSON.parse(line) as Line) },
  });
  const log = { timestamp: '', logger: 'kafkajs', message, ...fields };
  clientLog(logger, loudest)(logLevel.INFO)({ namespace: 'Connection', level, label: '', log });
  return lines;
}

const levelOf = (...entry: Parameters<typeof logged>) => logged(...entry).map(({ level }) => level);

describe('clientLog', () => {
  it.each([
    [logLevel.ERROR, 'Connection error: read ECONNRESET', 'warn'],
    [logLevel.WARN, 'KafkaJS v2.0.0 switched default partitioner', 'warn'],
    [logLevel.INFO, 'Consumer has joined the group', 'debug'],
    [logLevel.DEBUG, 'Request Metadata', 'debug'],
  ])('passes level %d of kafkajs on, lowered: %s', (level, message, passedOn) => {
    expect(levelOf(level, message)).toEqual([passedOn]);
  });

  it.each([
    'The group is rebalancing, re-joining',
    'The group is rebalancing, so a rejoin is needed',
    'The group coordinator is not available',
    'The coordinator is loading and hence can not process requests for this group',
    'This is not the correct coordinator for this group',
    'The coordinator is not aware of this member, re-joining the group',
    'The group member needs to have a valid member id before actually entering a consumer group',
    'The producer attempted to update a transaction while another concurrent operation on the same transaction was ongoing',
    'There is no leader for this topic-partition as we are in the middle of a leadership election',
  ])('takes for everyday life, as message or as error: %s', (text) => {
    expect(levelOf(logLevel.ERROR, text)).toEqual(['debug']);
    expect(levelOf(logLevel.ERROR, 'Response Heartbeat(key: 12)', { error: text })).toEqual([
      'debug',
    ]);
    expect(levelOf(logLevel.ERROR, 'Crash', { error: new Error(text) })).toEqual(['debug']);
  });

  it.each([
    'Connection error: connect ECONNREFUSED 127.0.0.1:9092',
    'Connection error: getaddrinfo ENOTFOUND b',
    'Connection timeout',
    'Failed to connect to seed broker, trying another broker from the list: Connection timeout',
  ])('leaves it to the end of the attempt to tell: %s', (text) => {
    expect(levelOf(logLevel.ERROR, text, { broker: 'b:9092' })).toEqual(['debug']);
  });

  it('tells once that a broker cannot be reached, and once that it is, however many clients it has', () => {
    const ends = (broker: string, reached: boolean, loudest?: 'debug') =>
      levelOf(
        reached ? logLevel.INFO : logLevel.WARN,
        'told',
        { broker, [REACHED]: reached },
        loudest,
      );
    expect([
      ends('one:1', true),
      ends('one:1', false, 'debug'),
      ends('one:1', false),
      ends('one:1', false),
      ends('other:1', false),
      ends('one:1', true, 'debug'),
      ends('one:1', true),
      ends('one:1', true),
      ends('one:1', false),
      ends('other:1', true),
    ]).toEqual(
      ['debug', 'debug', 'warn', 'debug', 'warn', 'debug', 'info', 'debug', 'warn', 'info'].map(
        (level) => [level],
      ),
    );
  });

  it('takes no attempt for an outage that began before another one succeeded', () => {
    const begunMs = performance.now();
    const broker = 'late:1';
    levelOf(logLevel.INFO, 'told', { broker, [REACHED]: true, [BEGUN]: begunMs });
    const fails = { broker, [REACHED]: false };
    expect(levelOf(logLevel.WARN, 'told', { ...fails, [BEGUN]: begunMs - 1 })).toEqual(['debug']);
    expect(levelOf(logLevel.WARN, 'told', { ...fails, [BEGUN]: Infinity })).toEqual(['warn']);
  });

  it('stays quiet while a service starts, whose one error tells enough', () => {
    expect(levelOf(logLevel.ERROR, 'Connection error', {}, 'debug')).toEqual(['debug']);
  });

  it("keeps the client's own fields, the text of an error, and nothing else", () => {
    const known = {
      broker: 'b:9092',
      clientId: 'transformer',
      groupId: 'transformer',
      memberId: 'transformer-1',
      topic: 'user-login',
      partition: 3,
    };
    const error = new Error('Connection timeout');
    const other = { payload: 'canary', stack: 'canary', retryTime: 3, size: 4, value: 'canary' };
    expect(logged(logLevel.ERROR, 'Connection error', { ...known, error, ...other })).toEqual([
      {
        level: 'warn',
        time: expect.any(String),
        service: 'test',
        version: '0',
        component: 'kafkajs',
        namespace: 'Connection',
        ...known,
        error: 'Connection timeout',
        msg: 'Connection error',
      },
    ]);
  });

  it('leaves out fields that are neither text nor number', () => {
    const [line] = logged(logLevel.ERROR, 'Crash', {
      topic: { name: 'canary' },
      broker: undefined,
    });
    expect(line).not.toHaveProperty('topic');
    expect(line).not.toHaveProperty('broker');
  });
});
