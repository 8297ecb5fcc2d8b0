/** What a topic's configuration says of the records that it takes; what is absent, the brokers' says. */
export interface TopicConfig {
  /** `max.message.bytes`: the most bytes of one batch. */
  readonly maxMessageBytes?: number;
  /** `message.timestamp.before.max.ms`, of a record's timestamp and the broker's clock. */
  readonly timestampBeforeMaxMs?: number;
  /** `message.timestamp.after.max.ms` */
  readonly timestampAfterMaxMs?: number;
  /** `cleanup.policy=compact`: each record needs a key. */
  readonly isCompacted?: boolean;
}
