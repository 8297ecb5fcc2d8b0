import { startKafka } from '@login-pipeline/embedded-kafka';
import kafkajs from 'kafkajs';
import { Cluster } from '../../cluster.ts';
import { TopicReader } from '../../topic-reader.ts';
import type { Scenario } from '../scenario.ts';
import {
  BESIDE,
  refuses,
  SidePipeline,
  stopped,
  UNAVAILABLE,
  warningsOf,
} from '../side-pipeline.ts';

/** Kafka's default is seven days, and it looks once an hour. */
const EXPIRE_SOON = {
  'transactional.id.expiration.ms': 2_000,
  'transaction.remove.expired.transaction.cleanup.interval.ms': 500,
};
/** A member that takes a partition over waits for no other: it would be the time of a session. */
const AT_ONCE_MS = 1_000;

/** On a Kafka of its own: one broker cannot hold three copies of what coordinators remember of transactions. */
const transactionLog: Scenario = {
  ...BESIDE,
  name: 'transaction-log-replicas',
  fault: 'transaction.state.log.replication.factor is larger than the cluster',
  attack: async (stage) => {
    const setting = 'transaction.state.log.replication.factor';
    const kafka = await startKafka({ ...stage.release, settings: { [setting]: 3 } });
    try {
      const { settings, input, output, deadLetter } = stage.lane;
      const brokers = kafka.bootstrapServers;
      const admin = new kafkajs.Kafka({ brokers: [brokers], clientId: 'oracle' }).admin();
      await admin.connect();
      await admin.createTopics({
        topics: [input, output, deadLetter].map((topic) => ({ topic, numPartitions: 1 })),
      });
      await admin.disconnect();
      const further = { ...settings, KAFKA_BROKERS: brokers };
      const { service } = await stage.launch('transformer', further);
      await refuses(stage, service, UNAVAILABLE, setting);
      return 1;
    } finally {
      await kafka.stop();
    }
  },
};

/** On a Kafka of its own, which forgets ids within seconds. */
const expiredIds: Scenario = {
  ...BESIDE,
  name: 'ids-expired',
  fault: 'the brokers have forgotten the transactional ids of a transformer that had nothing to do',
  attack: async (stage) => {
    const kafka = await startKafka({ ...stage.release, settings: EXPIRE_SOON });
    const cluster = await Cluster.connect({ addresses: kafka.bootstrapServers });
    try {
      const side = await SidePipeline.open(stage, cluster);
      const service = await side.start({ KAFKA_BROKERS: kafka.bootstrapServers });
      await side.write(100);
      await side.done(service);
      const states = await TopicReader.start(cluster, '__transaction_state');
      await stage.until('its ids to be forgotten', () => areForgotten(states, side.lane.group));
      const { length: told } = warningsOf(service);
      const began = performance.now();
      await side.write(100);
      await side.done(service);
      const ms = performance.now() - began;
      if (ms > AT_ONCE_MS) throw new Error(`it took ${Math.round(ms)} ms to go on`);
      const [warning] = warningsOf(service).slice(told);
      if (warning !== undefined) throw new Error(`it warns: ${warning}`);
      await stopped(service);
      await side.judge();
      return 1;
    } finally {
      await cluster.disconnect();
      await kafka.stop();
    }
  },
};

/** @returns whether a tombstone is the last that the coordinators have of every id of a group */
function areForgotten({ records }: TopicReader, group: string): boolean {
  const last = new Map(records.map(({ key, value }) => [String(key), value]));
  const ids = [...last].filter(([id]) => id.includes(group));
  return ids.length > 0 && ids.every(([, value]) => value === null);
}

export const TRANSACTION_SCENARIOS: readonly Scenario[] = [transactionLog, expiredIds];
