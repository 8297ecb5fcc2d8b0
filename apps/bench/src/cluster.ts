import { startKafka } from '@login-pipeline/embedded-kafka';
import type { RunningKafka } from '@login-pipeline/embedded-kafka';
import { Broker } from '@login-pipeline/plain-wire';
import { ProcessMeter } from './process-meter.ts';
import { Workload } from './workload.ts';
import type { WorkloadKind } from './workload.ts';

/** Produce requests under way at the same time. */
const IN_FLIGHT = 8;
/** Record timestamps lie this far back, so that none of the largest workload is in the future. */
const PAST_MS = 4 * 3_600_000;

/** As kafka-server-start.sh and kafka-run-class.sh of Kafka 4 start a broker. */
const JVM_AS_SHIPPED = [
  ...['-Xms1g', '-Xmx1g', '-server', '-XX:+UseG1GC', '-XX:MaxGCPauseMillis=20'],
  ...['-XX:InitiatingHeapOccupancyPercent=35', '-XX:+ExplicitGCInvokesConcurrent'],
];

/** Records in a topic, ready to be worked off. */
export interface Input {
  readonly topic: string;
  readonly workload: Workload;
  readonly count: number;
  readonly partitions: number;
}

/** How an input is made. */
export interface InputShape {
  readonly kind: WorkloadKind;
  readonly count: number;
  readonly partitions: number;
  readonly valueBytes: number;
}

/** The bench's own broker, on free ports, with its records in a temporary folder. */
export class BenchCluster {
  readonly brokers: string;
  readonly broker: Broker;
  /** What the broker itself uses. */
  readonly meter: ProcessMeter;
  /** The broker's process group. */
  readonly groupId: number;
  /** For logs and states of the runs. */
  readonly folder: string;
  readonly #kafka: RunningKafka;
  readonly #inputs = new Map<string, Input>();
  #topics = 0;

  private constructor(kafka: RunningKafka, broker: Broker, folder: string) {
    this.brokers = kafka.bootstrapServers;
    this.broker = broker;
    this.groupId = kafka.nodes[0]?.pid ?? 0;
    this.meter = new ProcessMeter(this.groupId);
    this.folder = folder;
    this.#kafka = kafka;
  }

  /** @param folder for logs and states of the runs; the caller removes it after {@link stop} */
  static async start(folder: string, onProgress: (line: string) => void): Promise<BenchCluster> {
    const kafka = await startKafka({ onProgress, jvm: JVM_AS_SHIPPED });
    const broker = await Broker.connect(kafka.bootstrapServers);
    return new BenchCluster(kafka, broker, folder);
  }

  /** @returns a name that no other topic or group of this cluster has */
  uniqueName(prefix: string): string {
    this.#topics += 1;
    return `${prefix}-${this.#topics}`;
  }

  async createTopic(
    prefix: string,
    partitions: number,
    config: Readonly<Record<string, string>> = {},
  ): Promise<string> {
    const topic = this.uniqueName(prefix);
    await this.broker.createTopic(topic, partitions, { 'retention.ms': '-1', ...config });
    return topic;
  }

  /** @returns a topic that holds the records; runs share it, each in a group of its own */
  async input(shape: InputShape): Promise<Input> {
    const name = JSON.stringify(shape);
    const input = this.#inputs.get(name) ?? (await this.#preload(shape));
    this.#inputs.set(name, input);
    return input;
  }

  /** Deletes the inputs, which may be large. */
  async dropInputs(): Promise<void> {
    const topics = [...this.#inputs.values()].map(({ topic }) => topic);
    this.#inputs.clear();
    if (topics.length > 0) await this.broker.deleteTopics(topics);
  }

  async stop(): Promise<void> {
    this.broker.close();
    await this.#kafka.stop();
  }

  async #preload({ kind, count, partitions, valueBytes }: InputShape): Promise<Input> {
    const topic = await this.createTopic(`bench-${kind}`, partitions);
    const workload = new Workload(kind, valueBytes, Date.now() - PAST_MS);
    const whole = Math.ceil(count / workload.batchRecords) * workload.batchRecords;
    const underWay: Promise<unknown>[] = [];
    for (let index = 0; index < whole; index += workload.batchRecords) {
      const partition = (index / workload.batchRecords) % partitions;
      const batches = new Map([[partition, workload.batch(index)]]);
      underWay.push(this.broker.produce(topic, batches));
      if (underWay.length >= IN_FLIGHT) await underWay.shift();
    }
    await Promise.all(underWay);
    return { topic, workload, count: whole, partitions };
  }
}
