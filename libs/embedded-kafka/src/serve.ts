/**
 * The broker of integration tests, until it is stopped: what Nx keeps running beside them (`npx nx kafka embedded-kafka`).
 *
 *   node libs/embedded-kafka/src/serve.ts FILE    writes the broker's address to FILE
 *
 * TEST_KAFKA_RELEASE names another release of Kafka than the one that all tests run against.
 */
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { EXIT, Failure, runCommand, say, stopRequested } from '@login-pipeline/command';
import { kafkaVersion, startKafka } from './index.ts';

await runCommand(async () => {
  const [file] = process.argv.slice(2);
  if (file === undefined) throw new Failure('Name the file for the address.', EXIT.config);
  const release = process.env['TEST_KAFKA_RELEASE'];
  rmSync(file, { force: true });
  const kafka = await startKafka({
    version: release === undefined ? undefined : kafkaVersion(release),
    onProgress: say,
  });
  try {
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, kafka.bootstrapServers);
    return await Promise.race([stopRequested().then(() => 0), kafka.died]);
  } finally {
    rmSync(file, { force: true });
    await kafka.stop();
  }
});
