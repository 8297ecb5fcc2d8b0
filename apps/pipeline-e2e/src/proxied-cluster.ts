import { startKafka } from '@login-pipeline/embedded-kafka';
import type { BrokerNode, KafkaOptions } from '@login-pipeline/embedded-kafka';
import { FaultProxy } from './chaos/fault-proxy.ts';
import { Cluster } from './cluster.ts';

/** Brokers of its own, with a proxy before them for the services; the tests' own clients go past the proxy. */
export interface ProxiedCluster {
  readonly nodes: readonly BrokerNode[];
  readonly cluster: Cluster;
  readonly proxy: FaultProxy;
  readonly stop: () => Promise<void>;
}

/** @param options of the cluster besides; see {@link startKafka} */
export async function startProxiedCluster(
  size: 1 | 3 = 1,
  options: Pick<KafkaOptions, 'settings'> = {},
): Promise<ProxiedCluster> {
  const kafka = await startKafka({ ...options, brokers: size, proxied: true });
  const proxy = await FaultProxy.start(kafka.nodes.flatMap(({ proxied }) => proxied ?? []));
  process.env['TEST_KAFKA_BROKERS'] = kafka.bootstrapServers;
  const cluster = await Cluster.connect();
  return {
    nodes: kafka.nodes,
    cluster,
    proxy,
    stop: async () => {
      await cluster.disconnect();
      await proxy.close();
      await kafka.stop();
    },
  };
}
