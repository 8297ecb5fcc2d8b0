import { describe, expect, it } from '@jest/globals';
import { decodeCommitMetadata, encodeCommitMetadata } from './commit-metadata.ts';

const TOPIC_ID = '00112233445566778899aabbccddeeff';
const FLOW = { emitted: 1, dropped: 2, deadLettered: 3, uncounted: 0 };

describe('The metadata of a commit', () => {
  it.each([TOPIC_ID, undefined])('gives counts and topic id back: %s', (topicId) => {
    for (const flow of [FLOW, { ...FLOW, uncounted: 7 }]) {
      const metadata = encodeCommitMetadata({ flow, topicId });
      expect(decodeCommitMetadata(metadata, 6n)).toEqual({ flow, topicId });
    }
  });

  it('begins to count anew where a tool has set the offset', () => {
    expect(decodeCommitMetadata('', 6n)).toEqual({
      flow: { emitted: 0, dropped: 0, deadLettered: 0, uncounted: 6 },
      topicId: undefined,
    });
  });
});
