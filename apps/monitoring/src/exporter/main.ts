import { parseArgs } from 'node:util';
import { runCommand, say, stopRequested } from '@login-pipeline/command';
import { loadSettings } from '@login-pipeline/config';
import { TOPIC_SETUP } from '@login-pipeline/ops/settings';
import { startExporter } from './server.ts';

const HELP = `node apps/monitoring/src/exporter/main.ts [--port 9308]

Serves lag and health of the cluster of KAFKA_BROKERS under the metric names of danielqsj/kafka-exporter, until Ctrl-C:
a stand-in for machines without its container image.
`;

await runCommand(async () => {
  const { values } = parseArgs({
    options: {
      port: { type: 'string', default: '9308' },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) {
    process.stdout.write(HELP);
    return 0;
  }
  const exporter = await startExporter(loadSettings(TOPIC_SETUP).kafka, Number(values.port));
  say(`metrics at http://localhost:${exporter.port}/metrics`);
  await stopRequested();
  await exporter.stop();
  return 0;
});
