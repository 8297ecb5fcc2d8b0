import { parseArgs } from 'node:util';
import { runCommand, say } from '@login-pipeline/command';
import { loadSettings } from '@login-pipeline/config';
import { readAclFile, setUpAcls } from './acls/index.ts';
import { setUpTopics } from './topics/set-up-topics.ts';
import { readTopicFile } from './topics/topic-file.ts';
import { TOPIC_TABLE } from './topics/topic-table.ts';
import { TOPIC_SETUP } from './settings/settings.ts';

const HELP = `npm run topics [-- OPTIONS]

Creates the pipeline's topics on KAFKA_BROKERS with PARTITIONS (4) and REPLICATION_FACTOR (1). Topics that exist are not
changed: where they differ, the command that mends them is shown.

  --topics FILE  sets up the topics in the file instead, e.g. examples/orders/topics.json
  --acls FILE    also grants the rights in the file, e.g. deploy/kafka/acls.json, to the users of the services; what they
                 have besides is shown
  --help         shows this text
`;

await runCommand(async () => {
  const { values } = parseArgs({
    options: {
      topics: { type: 'string' },
      acls: { type: 'string' },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) {
    process.stdout.write(HELP);
    return 0;
  }
  const topics = values.topics === undefined ? TOPIC_TABLE : readTopicFile(values.topics);
  const acls = values.acls === undefined ? undefined : readAclFile(values.acls);
  const settings = loadSettings(TOPIC_SETUP);
  const found = await setUpTopics(settings, say, topics);
  say(found.length === 0 ? `all ${topics.length} topics are as they should be` : 'not changed:');
  for (const line of found) say(line);
  if (acls === undefined) return 0;
  const besides = await setUpAcls(settings, acls, say);
  say(besides.length === 0 ? `all ${acls.length} rights are as they should be` : 'not changed:');
  for (const line of besides) say(line);
  return 0;
});
