import { isRetriable } from '../cluster/protocol-error.ts';
import { compareWithLog } from '../positions/compare-with-log.ts';
import { StalledError } from '../watch/stalled-error.ts';
import type { FetchPosition } from './fetcher.ts';
import { PositionLostError } from './partition-reader.ts';
import type { Piece } from './pieces.ts';
import { readRange } from './read-range.ts';
import type { RangeSource } from './read-range.ts';

const PAUSE_MS = 100;

/**
 * Reads the committed records of a partition, from its earliest one up to an offset, and perhaps
 * some that follow, whatever leaders and brokers do meanwhile.
 *
 * @param onPiece takes each piece in order; what it throws ends the reading. @returns whether the next one is wanted
 * @param stallTimeoutMs after so long without a piece it is given up, in milliseconds
 * @throws StalledError, UnreadableBatchError; ProtocolError when an operator has to act
 * @throws PositionLostError when the log is another one by now, or was truncated
 */
export async function readUntil(
  source: RangeSource,
  end: bigint,
  stallTimeoutMs: number,
  onPiece: (piece: Piece) => Promise<boolean>,
): Promise<void> {
  const { cluster, clock, topic, partition } = source;
  let kept: FetchPosition | undefined;
  let movedAt = clock.now();
  for (;;) {
    try {
      const compared = await compareWithLog(cluster, topic, partition, kept);
      if (compared !== undefined) {
        const { resume, position } = compared;
        if (resume.kind === 'created-anew' || resume.kind === 'truncated') {
          throw new PositionLostError('out of range');
        }
        kept = position;
        for await (const piece of readRange(source, position, end)) {
          movedAt = clock.now();
          if (!(await taken(() => onPiece(piece)))) return;
          kept = { ...position, offset: BigInt(piece.nextOffset) };
        }
        if (kept.offset >= end) return;
      }
    } catch (error) {
      if (error instanceof NotTakenError) throw error.cause;
      const hasMoved = error instanceof PositionLostError && error.failure === 'moved';
      if (!hasMoved && !isRetriable(error)) throw error;
      await cluster.refresh().catch(() => undefined);
    }
    if (clock.now() - movedAt >= stallTimeoutMs) {
      throw new StalledError(
        `Nothing more of partition ${partition} of "${topic}" could be read for ${Math.round(stallTimeoutMs / 1_000)} s`,
      );
    }
    await clock.sleep(PAUSE_MS);
  }
}

/** What comes of a piece is no failure of reading, which might be repeated. */
class NotTakenError extends Error {
  override readonly name = 'NotTakenError';
}

async function taken<Result>(take: () => Promise<Result>): Promise<Result> {
  try {
    return await take();
  } catch (cause) {
    throw new NotTakenError('The piece was not taken', { cause });
  }
}
