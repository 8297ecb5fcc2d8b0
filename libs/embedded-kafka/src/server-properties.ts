/** Settings of a broker by name. */
export type Properties = Readonly<Record<string, string | number | boolean>>;

/** Where one node of a cluster listens. */
export interface KafkaNodeAddress {
  readonly id: number;
  readonly port: number;
  readonly controllerPort: number;
  /** Of the listener for client certificates, in a secure cluster. */
  readonly mutualTlsPort?: number | undefined;
  /** A second listener, for clients that come through a proxy. */
  readonly proxied?: ProxiedListener | undefined;
  /** Settings of its own, in the place of those that all clusters here have. */
  readonly settings?: Properties | undefined;
}

/** A listener whose clients are told to connect to another port, where a proxy has to listen. */
export interface ProxiedListener {
  readonly port: number;
  readonly advertisedPort: number;
}

/**
 * The settings of one node, broker and controller in one (KRaft, static quorum: controller ports may differ from start
 * to start). Replication is three of three brokers with two in sync, or one of one.
 *
 * @param node the node itself, one of `cluster`
 * @param cluster every node
 * @param logDir folder of its records
 * @param security settings that make its listeners secure; undefined: plain text
 * @returns the text of a server.properties file
 */
export function serverProperties(
  node: KafkaNodeAddress,
  cluster: readonly KafkaNodeAddress[],
  logDir: string,
  security?: Properties,
): string {
  const replicas = cluster.length;
  const minInSync = replicas === 1 ? 1 : 2;
  const properties: Properties = {
    'process.roles': 'broker,controller',
    'node.id': node.id,
    'controller.quorum.voters': cluster
      .map(({ id, controllerPort }) => `${id}@localhost:${controllerPort}`)
      .join(','),
    ...(security === undefined ? plainListeners(node) : secureListeners(node)),
    'controller.listener.names': 'CONTROLLER',
    'log.dirs': logDir,
    'auto.create.topics.enable': false,
    'default.replication.factor': replicas,
    'min.insync.replicas': minInSync,
    'num.partitions': 4,
    'offsets.topic.replication.factor': replicas,
    'transaction.state.log.replication.factor': replicas,
    'transaction.state.log.min.isr': minInSync,
    'share.coordinator.state.topic.replication.factor': replicas,
    'share.coordinator.state.topic.min.isr': minInSync,
    // Few partitions of the internal topics: creating the usual fifty takes longer than the whole start.
    'offsets.topic.num.partitions': 10,
    'transaction.state.log.num.partitions': 10,
    'group.initial.rebalance.delay.ms': 0,
    // Tests want to see compaction soon, too.
    'log.cleaner.backoff.ms': 1000,
    // Tests shorten sessions to see a death soon.
    'group.min.session.timeout.ms': 1000,
    // A dead broker is noticed in seconds, as a test or a demonstration wants it.
    'broker.session.timeout.ms': 6000,
    'broker.heartbeat.interval.ms': 1000,
    'controller.quorum.fetch.timeout.ms': 2000,
    ...security,
    ...node.settings,
  };
  return Object.entries(properties)
    .map(([name, value]) => `${name}=${value}\n`)
    .join('');
}

function plainListeners({ port, controllerPort, proxied }: KafkaNodeAddress): Properties {
  return {
    listeners: `PLAINTEXT://localhost:${port},CONTROLLER://localhost:${controllerPort}${listener(proxied?.port)}`,
    'advertised.listeners': `PLAINTEXT://localhost:${port}${listener(proxied?.advertisedPort)}`,
    'listener.security.protocol.map': 'PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT,PROXIED:PLAINTEXT',
    'inter.broker.listener.name': 'PLAINTEXT',
  };
}

function listener(proxiedPort: number | undefined): string {
  return proxiedPort === undefined ? '' : `,PROXIED://localhost:${proxiedPort}`;
}

/** Clients with a name and a secret come in by one, those with a certificate, and the brokers, by the other. */
function secureListeners({
  port,
  controllerPort,
  mutualTlsPort = 0,
}: KafkaNodeAddress): Properties {
  const clients = `SASL_SSL://localhost:${port},MTLS://localhost:${mutualTlsPort}`;
  return {
    listeners: `${clients},CONTROLLER://localhost:${controllerPort}`,
    'advertised.listeners': clients,
    'listener.security.protocol.map': 'SASL_SSL:SASL_SSL,MTLS:SSL,CONTROLLER:SSL',
    'inter.broker.listener.name': 'MTLS',
  };
}
