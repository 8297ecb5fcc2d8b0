import { describe, expect, it } from '@jest/globals';
import { UnreadableBatchError } from '@login-pipeline/streams';
import type { Logger } from '@login-pipeline/observability';
import { UnreadablePartitions } from './unreadable-partitions.ts';

/** @returns what the log says of a batch at offset 17 */
function told(lastOffset: number | undefined): string {
  const lines: string[] = [];
  const partitions = new UnreadablePartitions({
    groupId: 'counters',
    topic: 'logins',
    stallTimeoutMs: 60_000,
    logger: { error: (_: unknown, line: string) => lines.push(line) } as unknown as Logger,
    metrics: undefined,
    pause: () => undefined,
    resume: () => undefined,
  });
  const place = { topic: 'logins', partition: 3, offset: 17, lastOffset };
  partitions.hold(new UnreadableBatchError(place, 'its checksum does not match its bytes'), 17n);
  partitions.forgetAll();
  return lines.join('\n');
}

describe('A batch that cannot be read', () => {
  it('is told with the command that passes it', () => {
    expect(told(18)).toMatch(
      /GROUP_ID=counters INPUT_TOPIC=logins npm run positions -- set --partition 3 --to 19 --yes$/,
    );
  });

  it('is told without a number, or a consent, where its end is not sure', () => {
    expect(told(undefined)).toMatch(/positions -- set --partition 3 --to OFFSET\. OFFSET is where/);
  });
});
