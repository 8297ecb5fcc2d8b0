import type { Logger } from '@login-pipeline/observability';
import {
  GroupInspection,
  ProtocolError,
  TransactionInspection,
  transactionalIdPrefix,
} from '@login-pipeline/streams';
import type { OpenTransaction, OpenTransactions, Ports } from '@login-pipeline/streams';
import type { KafkaConnection } from '../client/connection.ts';
import {
  brokerErrorCode,
  errorText,
  KafkaUnavailableError,
  NoSuchPartitionsError,
} from '../client/errors.ts';
import { requireTopics, rightsOf } from '../client/topics.ts';
import type { TopicRole, UsableTopic } from '../client/topics.ts';
import { unusable } from '../client/unusable.ts';
import { openWire } from '../client/wire.ts';
import { enginePorts } from '../engine/engine-ports.ts';
import { refusalOf } from '../security/rights.ts';
import type { Right } from '../security/rights.ts';

export interface TransactionsOptions {
  readonly connection: KafkaConnection;
  /** The transformer's, as its transactional ids have them. */
  readonly groupId: string;
  readonly input: TopicRole;
  /** All topics to look at. */
  readonly topics: readonly TopicRole[];
  readonly logger: Logger;
}

/** Shows and ends transactions that stay open in the transformer's topics. */
export class TransactionsAdmin {
  readonly #options: TransactionsOptions;
  readonly #ports: Ports;
  readonly #inspection: TransactionInspection;

  readonly #partitions: readonly UsableTopic[];

  private constructor(options: TransactionsOptions, partitions: readonly UsableTopic[]) {
    const { connection, logger, topics } = options;
    this.#options = options;
    this.#partitions = partitions;
    this.#ports = enginePorts(openWire(connection, logger));
    const names = topics.map(({ topic }) => topic);
    this.#inspection = new TransactionInspection(this.#ports, names);
  }

  /** @throws KafkaUnavailableError when the brokers or one of the topics cannot be used */
  static async open(options: TransactionsOptions): Promise<TransactionsAdmin> {
    const { connection, logger, topics } = options;
    // To read what is open in one of them is asked for when there is something.
    const uses = topics.map((role) => {
      return [role.setting, { ...role, operations: ['Describe'] }] as const;
    });
    const usable = await requireTopics(connection, logger, Object.fromEntries(uses));
    return new TransactionsAdmin(options, Object.values(usable));
  }

  close(): Promise<void> {
    return this.#ports.wire.close();
  }

  /** Takes some seconds where one is open. @throws KafkaUnavailableError that names what is missing */
  find(): Promise<OpenTransactions> {
    return this.#refusable(() => this.#inspection.find());
  }

  /** @throws NoSuchPartitionsError when none of these topics has such a partition */
  requirePartition(partition: number, topics: readonly string[]): void {
    const counts = this.#partitions
      .filter(({ topic }) => topics.includes(topic))
      .map(({ partitions }) => partitions);
    const most = Math.max(0, ...counts);
    if (partition >= most) throw new NoSuchPartitionsError([partition], most);
  }

  /** @returns whether a transactional id is one of the transformer's */
  isOurs(transactionalId: string): boolean {
    return transactionalId.startsWith(this.#prefix);
  }

  /** @returns whether instances of the transformer run, which end what dead ones left */
  isRunning(): Promise<boolean> {
    const { groupId, input } = this.#options;
    const group = new GroupInspection(this.#ports, { groupId, topic: input.topic });
    return this.#refusable(async () => (await group.describe()).members.length > 0);
  }

  /** Aborts a transaction at the partition's leader: of one that no coordinator has, and of no other. */
  abort(transaction: OpenTransaction): Promise<void> {
    return this.#refusable(() => this.#inspection.abort(transaction));
  }

  /** Fences the holder of a transactional id, whose coordinator then aborts what is open. */
  takeOver(transactionalId: string): Promise<void> {
    return this.#refusable(() => this.#inspection.takeOver(transactionalId));
  }

  /** @returns whether it is over, as far as a few seconds show */
  hasEnded(transaction: OpenTransaction): Promise<boolean> {
    return this.#refusable(() => this.#inspection.hasEnded(transaction));
  }

  get #prefix(): string {
    const { groupId, input } = this.#options;
    return transactionalIdPrefix({ groupId, topic: input.topic });
  }

  async #refusable<T>(request: () => Promise<T>): Promise<T> {
    try {
      return await request();
    } catch (error) {
      if (brokerErrorCode(error) === undefined) throw error;
      if (!(error instanceof ProtocolError)) throw unusable(error, this.#options.connection);
      const refusal = this.#refusalOf(error);
      if (refusal !== undefined) throw refusal;
      throw new KafkaUnavailableError(
        'REQUEST_REFUSED',
        `The brokers refuse: ${errorText(error)}`,
        { cause: error },
      );
    }
  }

  #refusalOf(error: ProtocolError): KafkaUnavailableError | undefined {
    const { topics, groupId, input } = this.#options;
    const named = topics.filter(({ topic }) => error.message.includes(`"${topic}"`));
    const isWrite = error.message.startsWith('InitProducerId');
    const ids: Right = {
      operation: isWrite ? 'Write' : 'Describe',
      resource: 'transactional id',
      name: this.#prefix,
      prefixed: true,
      setting: `GROUP_ID, ${input.setting}`,
    };
    const group = { operation: 'Describe', resource: 'group', name: groupId } as const;
    return refusalOf(error, {
      TOPIC_AUTHORIZATION_FAILED: named.flatMap((role) =>
        rightsOf({ ...role, operations: ['Read'] }),
      ),
      GROUP_AUTHORIZATION_FAILED: [{ ...group, setting: 'GROUP_ID' }],
      TRANSACTIONAL_ID_AUTHORIZATION_FAILED: [ids],
      CLUSTER_AUTHORIZATION_FAILED: [{ operation: 'Alter', resource: 'cluster' }],
    });
  }
}
