import { describe, expect, it } from '@jest/globals';
import {
  coordinatorLoads,
  errorCodes,
  fail,
  notCoordinator,
  producedTopics,
} from './kafka-answers.ts';
import { correlationIdOf, FrameSplitter } from './kafka-frames.ts';
import type { Api } from './kafka-frames.ts';
import {
  classicRequest,
  classicString,
  CORRELATION_ID,
  flexibleRequest,
  JAVA,
  response,
} from './testing/frames.ts';

describe('an answer in the place of the broker', () => {
  it.each([
    [
      'Heartbeat, as kafkajs asks',
      classicRequest(12, 3, Buffer.alloc(0)),
      notCoordinator,
      'Heartbeat',
      16,
    ],
    [
      'Heartbeat, flexible',
      flexibleRequest(12, 4, JAVA.heartbeat),
      notCoordinator,
      'Heartbeat',
      16,
    ],
    [
      'Heartbeat, flexible',
      flexibleRequest(12, 4, JAVA.heartbeat),
      coordinatorLoads,
      'Heartbeat',
      14,
    ],
    [
      'JoinGroup, as kafkajs asks',
      classicRequest(11, 5, Buffer.alloc(0)),
      coordinatorLoads,
      'JoinGroup',
      14,
    ],
    [
      'JoinGroup, flexible',
      flexibleRequest(11, 9, JAVA.joinGroup),
      coordinatorLoads,
      'JoinGroup',
      14,
    ],
  ] as const)('to %s names its request and the error', (what, asked, answerTo, api, code) => {
    const bytes = answerTo(asked);
    expect(new FrameSplitter().push(bytes)).toEqual([bytes]);
    expect(correlationIdOf(bytes)).toBe(CORRELATION_ID);
    expect(errorCodes({ api, isFlexible: what.endsWith('flexible'), bytes })).toEqual([code]);
  });

  it('is as long as Java makes it', () => {
    // Error, generation -1, no protocol type, no protocol, no leader, no member id, no members.
    const body = '00000000' + '000e' + 'ffffffff' + '00' + '00' + '01' + '00' + '01' + '01' + '00';
    const answer = coordinatorLoads(flexibleRequest(11, 9, JAVA.joinGroup));
    expect(answer).toEqual(response(Buffer.from(body, 'hex'), true));
  });
});

describe('Produce', () => {
  it('names its topics, as kafkajs asks', () => {
    const record = Buffer.from('00000002' + '00000003' + '010203', 'hex');
    const ofTopic = (name: string): Buffer =>
      Buffer.concat([classicString(name), Buffer.from('00000001', 'hex'), record]);
    const topics = [ofTopic('logins'), ofTopic('dead')];
    const [start, count] = [Buffer.from('ffff00007530', 'hex'), Buffer.from('00000002', 'hex')];
    for (const id of [classicString('group.topic.3'), Buffer.from('ffff', 'hex')]) {
      const body = Buffer.concat([id, start, count, ...topics]);
      expect(producedTopics(classicRequest(0, 7, body))).toEqual(['logins', 'dead']);
    }
  });

  it('names its topics, flexible', () => {
    expect(producedTopics(flexibleRequest(0, 12, JAVA.produce))).toEqual(['tópic']);
  });
});

describe('errors in a response', () => {
  const ofOne = Buffer.from('00000000' + '001b' + '0000', 'hex');

  it.each([
    ['Produce', true, JAVA.produced, [87]],
    ['TxnOffsetCommit', true, JAVA.offsetsCommitted, [22]],
    ['EndTxn', true, JAVA.ended, [0]],
    ['Heartbeat', true, ofOne, [27]],
    ['Heartbeat', false, ofOne, [27]],
    ['Produce', false, Buffer.concat([producedBefore('logins'), Buffer.alloc(28)]), [6]],
  ] as const)('to %s, flexible: %s, are found', (api, isFlexible, body, codes) => {
    expect(errorCodes({ api, isFlexible, bytes: response(body, isFlexible) })).toEqual(codes);
  });

  it.each([true, false])('can be put in, flexible: %s', (isFlexible) => {
    const refused = { api: 'SyncGroup' as Api, isFlexible, bytes: response(ofOne, isFlexible) };
    fail(refused, 16);
    expect(errorCodes(refused)).toEqual([16]);
  });

  it('are not guessed', () => {
    const bytes = response(ofOne, true);
    expect(() => errorCodes({ api: 'Fetch', isFlexible: true, bytes })).toThrow('Fetch');
  });
});

/** One topic with one partition, up to its error; 24 bytes and the throttle time follow. */
function producedBefore(topic: string): Buffer {
  const one = Buffer.from('00000001', 'hex');
  return Buffer.concat([one, classicString(topic), one, Buffer.from('00000000' + '0006', 'hex')]);
}
