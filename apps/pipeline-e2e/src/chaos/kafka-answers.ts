import { FieldReader, framed, int16, int32 } from './kafka-fields.ts';
import { bodyOf, requestHeader } from './kafka-frames.ts';
import type { Api } from './kafka-frames.ts';

/** A response, with what its request tells of it. */
export interface Response {
  readonly api: Api;
  readonly isFlexible: boolean;
  readonly bytes: Buffer;
}

/** Behind the length and the correlation id. */
const BODY_AT = 8;
const COORDINATOR_LOADS = 14;
const NOT_COORDINATOR = 16;
const NO_THROTTLING = int32(0);
/** An empty array of tagged fields; as a length, null. */
const NONE = Buffer.of(0);

/** Their responses tell an error of each partition. */
const BY_PARTITION: ReadonlySet<Api> = new Set([
  'Produce',
  'TxnOffsetCommit',
  'AddPartitionsToTxn',
]);
/** Their responses have one error, behind the throttle time. */
const OF_ONE_ERROR: ReadonlySet<Api> = new Set([
  'FindCoordinator',
  'JoinGroup',
  'SyncGroup',
  'Heartbeat',
  'LeaveGroup',
  'InitProducerId',
  'AddOffsetsToTxn',
  'EndTxn',
]);

/** @returns the topics of a Produce request: behind transactional id, acks and time-out */
export function producedTopics(request: Buffer): readonly string[] {
  const body = bodyOf(request);
  body.string();
  body.skip(2 + 4);
  return body.array(() => {
    const topic = body.string() ?? '';
    body.array(() => {
      body.skip(4);
      body.skipBytes();
      body.end();
    });
    body.end();
    return topic;
  });
}

/**
 * @returns the error codes in a response, in the versions that clients use (TxnOffsetCommit without more, Produce from 5 on); 0: none
 * @throws Error when the response to this API is not read
 */
export function errorCodes(response: Response): readonly number[] {
  return errorPlaces(response).map((at) => response.bytes.readInt16BE(at));
}

/** Writes an error code into a response, over each that it has. @throws Error as {@link errorCodes} */
export function fail(response: Response, code: number): void {
  for (const at of errorPlaces(response)) response.bytes.writeInt16BE(code, at);
}

/** @returns an answer to a Heartbeat (version 1 on) that says NOT_COORDINATOR */
export function notCoordinator(heartbeat: Buffer): Buffer {
  return heartbeatRefused(heartbeat, NOT_COORDINATOR);
}

/**
 * @param request a Heartbeat (version 1 on), or a JoinGroup (versions 2 to 5, and 9)
 * @returns an answer that says COORDINATOR_LOAD_IN_PROGRESS, and nothing else
 */
export function coordinatorLoads(request: Buffer): Buffer {
  const { api, isFlexible, correlationId } = requestHeader(request);
  if (api === 'Heartbeat') return heartbeatRefused(request, COORDINATOR_LOADS);
  const error = [NO_THROTTLING, int16(COORDINATOR_LOADS), int32(-1)];
  if (!isFlexible) {
    const nothing = [int16(0), int16(0), int16(0), int32(0)];
    return framed(int32(correlationId), ...error, ...nothing);
  }
  const empty = Buffer.of(1);
  // Protocol type and protocol, the leader, no word on assigning, the member, the members.
  const nothing = [NONE, NONE, empty, Buffer.of(0), empty, empty, NONE];
  return framed(int32(correlationId), NONE, ...error, ...nothing);
}

function heartbeatRefused(heartbeat: Buffer, code: number): Buffer {
  const { isFlexible, correlationId } = requestHeader(heartbeat);
  const error = [NO_THROTTLING, int16(code)];
  return isFlexible
    ? framed(int32(correlationId), NONE, ...error, NONE)
    : framed(int32(correlationId), ...error);
}

/** @returns where the error codes stand */
function errorPlaces({ api, isFlexible, bytes }: Response): readonly number[] {
  const body = new FieldReader(bytes, BODY_AT, isFlexible);
  body.end();
  if (api !== 'Produce') body.skip(4);
  if (OF_ONE_ERROR.has(api)) return [body.position];
  if (!BY_PARTITION.has(api)) throw new Error(`The errors of ${api} are not read`);
  const places = body.array(() => {
    body.string();
    const ofTopic = body.array(() => {
      body.skip(4);
      const at = body.skip(2);
      if (api === 'Produce') skipProduced(body, isFlexible);
      body.end();
      return at;
    });
    body.end();
    return ofTopic;
  });
  return places.flat();
}

/** Offset, time and start of the log; then, in flexible versions, which records were refused, and why. */
function skipProduced(body: FieldReader, isFlexible: boolean): void {
  body.skip(3 * 8);
  if (!isFlexible) return;
  body.array(() => {
    body.skip(4);
    body.string();
    body.end();
  });
  body.string();
}
