import { parseArgs } from 'node:util';
import { loadTopicSettings } from '@login-pipeline/config';
import { runCommand, say } from './command.ts';
import { setUpTopics } from './set-up-topics.ts';
import { TOPIC_TABLE } from './topic-table.ts';

const HELP = `npm run topics

Creates the pipeline's topics on KAFKA_BROKERS with PARTITIONS (4) and REPLICATION_FACTOR (1). Topics that exist are not
changed: where they differ, the command that mends them is shown.
`;

await runCommand(async () => {
  const { values } = parseArgs({ options: { help: { type: 'boolean', default: false } } });
  if (values.help) {
    process.stdout.write(HELP);
    return 0;
  }
  const found = await setUpTopics(loadTopicSettings(), say);
  for (const line of found) say(line);
  say(
    found.length === 0
      ? `all ${TOPIC_TABLE.length} topics are as they should be`
      : 'nothing of this was changed',
  );
  return 0;
});
