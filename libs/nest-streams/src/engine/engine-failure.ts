import {
  CoordinatorMissingError,
  ForeignGroupError,
  ProtocolError,
  StalledError,
} from '@login-pipeline/streams';
import type { ConnectionState } from '@login-pipeline/streams';
import { faultOf } from '@login-pipeline/service/exit-codes';
import type { KafkaConnection } from '../client/connection.ts';
import {
  brokerErrorCode,
  errorText,
  KafkaStalledError,
  KafkaUnavailableError,
} from '../client/errors.ts';
import { rightsOf } from '../client/topics.ts';
import type { TopicRole } from '../client/topics.ts';
import { unusable } from '../client/unusable.ts';
import { refusalOf } from '../security/rights.ts';
import type { NeededRights } from '../security/rights.ts';
import { describeProcess } from './describe-process.ts';
import { groupRights } from './group-rights.ts';

/** What an engine was configured with, as far as its failures are about that. */
export interface EngineSettings {
  readonly connection: KafkaConnection;
  readonly groupId: string;
  readonly input: TopicRole;
  readonly stallTimeoutMs: number;
}

/** What an engine uses. */
export interface EngineUses {
  readonly read: readonly TopicRole[];
  readonly written: readonly TopicRole[];
  /** Rights that it needs besides those on its topics and its group. */
  readonly rights?: NeededRights;
}

/**
 * @param connections what they were last asked
 * @returns what a service ends with when its engine cannot go on: it names the setting or topic, and the fix
 */
export function engineFailure(
  error: unknown,
  settings: EngineSettings,
  connections: readonly ConnectionState[],
  uses: EngineUses,
): unknown {
  if (error instanceof StalledError) return stalled(error, settings, connections);
  if (faultOf(error) !== undefined) return error;
  const { connection, groupId } = settings;
  if (error instanceof ForeignGroupError) {
    return new KafkaUnavailableError(
      error.code,
      `${error.message}. Stop the other client, or choose a name that nothing else uses (GROUP_ID=${groupId}).`,
      { cause: error },
    );
  }
  if (error instanceof CoordinatorMissingError) {
    return new KafkaUnavailableError(
      error.code,
      `${error.message}: with fewer brokers than that they cannot keep its state. Lower it on the brokers, or start more of them.`,
      { cause: error },
    );
  }
  if (error instanceof ProtocolError) return refused(error, settings, uses);
  return brokerErrorCode(error) === undefined ? error : unusable(error, connection);
}

function stalled(
  cause: StalledError,
  { stallTimeoutMs }: EngineSettings,
  sockets: readonly ConnectionState[],
): KafkaStalledError {
  return new KafkaStalledError(
    cause.code,
    `${cause.message} (STALL_TIMEOUT_MS=${stallTimeoutMs})`,
    {
      cause,
      diagnosis: { ...cause.diagnosis, sockets, process: describeProcess() },
    },
  );
}

function refused(
  error: ProtocolError,
  { groupId, input }: EngineSettings,
  { read, written, rights }: EngineUses,
): Error {
  const { message } = error;
  const isNamed = ({ topic }: TopicRole): boolean => message.includes(`"${topic}"`);
  const targets = written.some(isNamed) ? written.filter(isNamed) : written;
  // It begins with the request that was refused.
  const topics = message.startsWith('Produce')
    ? targets.map((target) => ({ ...target, operations: ['Write'] as const }))
    : read.filter(isNamed).map((source) => ({ ...source, operations: ['Read'] as const }));
  const refusal = refusalOf(error, {
    ...groupRights({ ...input, groupId }),
    ...rights,
    TOPIC_AUTHORIZATION_FAILED: topics.flatMap(rightsOf),
  });
  if (refusal !== undefined) return refusal;
  return new KafkaUnavailableError(
    'REQUEST_REFUSED',
    `Group "${groupId}" (GROUP_ID) cannot go on with topic "${input.topic}" (${input.setting}): ${errorText(error)}`,
    { cause: error },
  );
}
