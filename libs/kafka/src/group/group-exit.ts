import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from '@login-pipeline/observability';
import type { Cluster, PartitionAssigner } from 'kafkajs';
import { errorText } from '../client/errors.ts';
import { kafkajs } from '../client/kafkajs.ts';

/** kafkajs' types leave this request out. */
interface Coordinator {
  readonly leaveGroup: (member: { groupId: string; memberId: string }) => Promise<void>;
}

/** Longer than this the process does not wait for a coordinator on its way out. */
const LEAVE_TIMEOUT_MS = 2_000;

/**
 * Takes a member out of its group while it is still joining. kafkajs leaves only what it has joined, and whoever just
 * went away would be waited for, or be given partitions, until its session ends.
 */
export class GroupExit {
  #cluster: Cluster | undefined;

  /** kafkajs' own assigner. Assigners are shown the connections of their consumer, and nobody else is. */
  readonly assigner: PartitionAssigner = (options) => {
    this.#cluster = options.cluster;
    return kafkajs().PartitionAssigners.roundRobin(options);
  };

  /** Tells the coordinator, if it answers in time; a member that it does not know has left already. */
  async leave(member: { groupId: string; memberId: string }, logger: Logger): Promise<void> {
    const cluster = this.#cluster;
    if (cluster === undefined || member.memberId === '') return;
    const timeout = new AbortController();
    const left = async (): Promise<void> => {
      try {
        const coordinator = await cluster.findGroupCoordinator(member);
        await (coordinator as unknown as Coordinator).leaveGroup(member);
      } finally {
        // Asking has connected anew, and a connection that stays keeps a process alive.
        await cluster.disconnect();
      }
    };
    const given = sleep(LEAVE_TIMEOUT_MS, undefined, { signal: timeout.signal });
    try {
      await Promise.race([left(), given]);
    } catch (error) {
      const { groupId } = member;
      logger.debug({ groupId, cause: errorText(error) }, 'The group did not hear that we leave');
    } finally {
      timeout.abort();
      await given.catch(() => undefined);
    }
  }
}
