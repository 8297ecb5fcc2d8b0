import type { ApiName, WireApiName } from '@login-pipeline/streams';
import { here, partition, topic, topicId } from './expected-messages.ts';
import type { ExpectedMessages } from './expected-messages.ts';

const acl = {
  principal: 'User:a',
  resource: 'transactional id',
  name: 'id',
  pattern: 'prefixed',
  operation: 'Write',
} as const;

/** What administrators ask. */
export const ADMIN_MESSAGES: ExpectedMessages<Exclude<WireApiName, ApiName>> = {
  DescribeTopics: {
    request: { topics: 'all' },
    response: {
      brokers: [{ id: 7, host: 'host', port: 9092 }],
      controller: 7,
      topics: [
        {
          error: 'NONE',
          topic,
          topicId,
          partitions: [{ partition, leader: -1, leaderEpoch: 4, replicas: [7, 8], inSync: [8] }],
          operations: new Set(['Read', 'Describe']),
        },
      ],
    },
  },
  CreateTopics: {
    request: {
      topics: [
        { topic, partitions: 4, replicationFactor: 3, config: { 'cleanup.policy': 'compact' } },
      ],
      timeoutMs: 5000,
    },
    response: { topics: [{ topic, error: 'TOPIC_ALREADY_EXISTS', message: 'no' }] },
  },
  DescribeConfigs: {
    request: { kind: 'topic', names: [topic], settings: ['a', 'b'] },
    response: {
      resources: [
        { error: 'NONE', message: '', name: topic, settings: { a: '1' } },
        { error: 'TOPIC_AUTHORIZATION_FAILED', message: 'no', name: 'other', settings: {} },
      ],
    },
  },
  ListGroups: {
    request: {},
    response: { error: 'COORDINATOR_LOAD_IN_PROGRESS', groups: ['group'] },
  },
  ListGroupOffsets: {
    request: { groupId: 'group' },
    response: {
      error: 'NONE',
      partitions: [{ ...here, error: 'NONE', offset: 10n, leaderEpoch: 4, metadata: 'so far' }],
    },
  },
  DescribeAcls: {
    request: {},
    response: {
      error: 'NONE',
      message: '',
      acls: [
        {
          principal: 'User:a',
          resource: 'topic',
          name: topic,
          pattern: 'prefixed',
          operation: 'Read',
        },
      ],
    },
  },
  CreateAcls: {
    request: { acls: [acl] },
    response: {
      outcomes: [
        { error: 'SECURITY_DISABLED', message: 'no' },
        { error: 'NONE', message: '' },
      ],
    },
  },
};
