import { loadTopicSettings } from '@login-pipeline/config';
import { runCommand, say, stopRequested } from './command.ts';
import { DEFAULT_DATA_DIR, startKafka } from './embedded-kafka/index.ts';
import type { RunningKafka } from './embedded-kafka/index.ts';
import { EXIT } from './failure.ts';
import { KAFKA_HELP, parseKafkaArguments } from './kafka-arguments.ts';
import type { KafkaArguments } from './kafka-arguments.ts';
import { setUpTopics } from './set-up-topics.ts';

let starting: Promise<RunningKafka> | undefined;

await runCommand(async () => {
  const options = parseKafkaArguments(process.argv.slice(2));
  if (options.help) {
    process.stdout.write(KAFKA_HELP);
    return 0;
  }
  try {
    return await Promise.race([stopRequested().then(() => 0), runKafka(options)]);
  } finally {
    // A stop during the start waits for its end: then there is something to stop.
    const kafka = await starting?.catch(() => undefined);
    if (kafka !== undefined) say('stopping');
    await kafka?.stop();
  }
});

/** @returns the exit status once a broker has ended by itself */
async function runKafka({ brokers, port, fresh }: KafkaArguments): Promise<number> {
  starting = startKafka({ brokers, port, fresh, dataDir: DEFAULT_DATA_DIR, onProgress: say });
  const { bootstrapServers, died } = await starting;
  const { PARTITIONS, REPLICATION_FACTOR = String(brokers) } = process.env;
  const settings = { KAFKA_BROKERS: bootstrapServers, PARTITIONS, REPLICATION_FACTOR };
  await setUpTopics(loadTopicSettings(settings), say);
  say(`Kafka is ready: KAFKA_BROKERS=${bootstrapServers}, Ctrl-C stops it`);
  const status = await died;
  say(`a broker ended by itself with status ${status}; its log is in ${DEFAULT_DATA_DIR}`);
  return status === 0 ? EXIT.internal : status;
}
