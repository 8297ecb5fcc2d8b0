import { join, relative } from 'node:path';
import { EXIT, runCommand, say, stopRequested } from '@login-pipeline/command';
import { loadSettings } from '@login-pipeline/config';
import {
  DEFAULT_DATA_DIR,
  SECURE_DATA_DIR,
  startKafka,
  WAYS,
} from '@login-pipeline/embedded-kafka';
import type { RunningKafka, SecureAccess } from '@login-pipeline/embedded-kafka';
import { readAclFile, setUpAcls } from '@login-pipeline/ops/acls';
import { TOPIC_SETUP } from '@login-pipeline/ops/settings';
import { setUpTopics } from '@login-pipeline/ops/topics';
import { KAFKA_HELP, parseKafkaArguments } from './kafka-arguments.ts';
import type { KafkaArguments } from './kafka-arguments.ts';

const ACL_FILE = join(import.meta.dirname, '../../deploy/kafka/acls.json');

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
async function runKafka({ brokers, port, secure, fresh }: KafkaArguments): Promise<number> {
  const dataDir = secure ? SECURE_DATA_DIR : DEFAULT_DATA_DIR;
  const common = { brokers, port, fresh, dataDir, onProgress: say };
  starting = startKafka(secure ? { ...common, secure: {} } : common);
  const { bootstrapServers, security, died } = await starting;
  const { PARTITIONS, REPLICATION_FACTOR = String(brokers) } = process.env;
  const settings = loadSettings(TOPIC_SETUP, {
    KAFKA_BROKERS: bootstrapServers,
    ...security?.settings('admin', 'mutual-tls'),
    PARTITIONS,
    REPLICATION_FACTOR,
  });
  await setUpTopics(settings, say);
  if (security === undefined) {
    say(`Kafka is ready: KAFKA_BROKERS=${bootstrapServers}, Ctrl-C stops it`);
  } else {
    await setUpAcls(settings, readAclFile(ACL_FILE), say);
    tellAccess(bootstrapServers, security);
  }
  const status = await died;
  say(`a broker ended by itself with status ${status}; its log is in ${dataDir}`);
  return status === 0 ? EXIT.internal : status;
}

function tellAccess(bootstrapServers: string, { files }: SecureAccess): void {
  const folder = relative(process.cwd(), files.folder);
  say(`Kafka is ready at ${bootstrapServers}, secure; Ctrl-C stops it. Settings of every user:`);
  for (const way of WAYS) say(`  ${folder}/<user>.${way}.env`);
  say(
    'Users: transformer, aggregator, data-generator and, for "npm run topics", admin. For example:',
  );
  say(`  node --env-file=${folder}/transformer.scram-sha-512.env dist/apps/transformer/main.js`);
}
