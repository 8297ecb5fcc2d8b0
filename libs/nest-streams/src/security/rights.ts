import { KafkaUnavailableError, protocolErrorOf } from '../client/errors.ts';
import { OPERATOR } from '../operator-commands.ts';

/** What a service must be allowed to do. */
export type Right = NamedRight | ClusterRight;

/** `Read` and `Write` include `Describe`. */
interface NamedRight {
  readonly operation: 'Read' | 'Write' | 'Describe';
  readonly resource: 'topic' | 'group' | 'transactional id';
  readonly name: string;
  /** Whether it takes all resources whose names begin with `name`. */
  readonly prefixed?: true;
  /** The setting that names the resource. */
  readonly setting: string;
}

interface ClusterRight {
  readonly operation: 'Alter';
  readonly resource: 'cluster';
}

/** The rights that a request takes, by what a broker says when one is missing. */
export type NeededRights = Readonly<
  Partial<
    Record<
      `${'TOPIC' | 'GROUP' | 'TRANSACTIONAL_ID' | 'CLUSTER'}_AUTHORIZATION_FAILED`,
      readonly Right[]
    >
  >
>;

/** @returns an error that names the missing rights; its cause is what the client threw, if anything */
export function notAuthorized(rights: readonly Right[], cause?: unknown): KafkaUnavailableError {
  return new KafkaUnavailableError(
    'NOT_AUTHORIZED',
    `Not authorized: this user needs ${rights.map(textOf).join(', ')}. ` +
      `${OPERATOR.pageOfRights} lists the rights of every service and how to grant them.`,
    { cause },
  );
}

/** @returns an error that names the right a broker missed, or undefined when it was about something else */
export function refusalOf(error: unknown, needed: NeededRights): KafkaUnavailableError | undefined {
  const rights = needed[(protocolErrorOf(error) ?? '') as keyof NeededRights];
  return rights === undefined ? undefined : notAuthorized(rights, error);
}

function textOf(right: Right): string {
  if (right.resource === 'cluster') return `${right.operation} on the cluster`;
  const { operation, resource, name, prefixed, setting } = right;
  const which = prefixed ? `${resource}s that begin with "${name}"` : `${resource} "${name}"`;
  return `${operation} on ${which} (${setting})`;
}
