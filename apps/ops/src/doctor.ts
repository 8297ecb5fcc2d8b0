import { readFileSync } from 'node:fs';
import { parseArgs, parseEnv } from 'node:util';
import { EXIT, Failure, runCommand } from '@login-pipeline/command';
import { loadSettings } from '@login-pipeline/config';
import { inspectCluster } from '@login-pipeline/nest-streams/operations';
import { TOPICS } from '@login-pipeline/schema';
import { pino } from 'pino';
import { BROKER_SETTINGS } from './doctor/check-brokers.ts';
import { clusterChecks } from './doctor/check-cluster.ts';
import { settingsChecks } from './doctor/check-settings.ts';
import { pipelineTopics, TOPIC_SETTINGS } from './doctor/check-topics.ts';
import { verdict } from './doctor/check.ts';
import { TOPIC_SETUP } from './settings/settings.ts';

const HELP = `npm run doctor [-- OPTIONS]

Looks at the cluster of KAFKA_BROKERS as the pipeline needs it, changes nothing, and says for each finding how to mend it:
brokers, topics and their settings, replicas, open transactions, consumer groups and their lag, the services' settings.

  --settings FILE     takes settings from a file (NAME=value lines), before those of the environment
  --transformer NAME  the transformer's consumer group (default transformer)
  --aggregator NAME   the aggregator's consumer group (default aggregator)
  --max-lag N         records that a group may be behind (default 10000)
  --help              shows this text

Exit code: 0 when all is well or only worth a look, 1 when something has to be mended, 69 when no broker answers, 78 for
wrong settings.
`;

await runCommand(async () => {
  const { values } = parseArgs({
    options: {
      settings: { type: 'string' },
      transformer: { type: 'string', default: 'transformer' },
      aggregator: { type: 'string', default: 'aggregator' },
      'max-lag': { type: 'string', default: '10000' },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) {
    process.stdout.write(HELP);
    return 0;
  }
  const maxLag = Number(values['max-lag']);
  if (!Number.isInteger(maxLag) || maxLag < 0) {
    throw new Failure('--max-lag: expected a whole number', EXIT.config);
  }
  const env = { ...process.env, ...fileSettings(values.settings) };
  const { kafka } = loadSettings(TOPIC_SETUP, env);
  const lastLoginTopic = env['LAST_LOGIN_TOPIC'] === '' ? undefined : env['LAST_LOGIN_TOPIC'];
  const facts = await inspectCluster(kafka, pino({ level: 'silent' }), {
    topics: pipelineTopics(lastLoginTopic).map(({ topic }) => topic),
    topicSettings: TOPIC_SETTINGS,
    brokerSettings: BROKER_SETTINGS,
    groups: [
      { groupId: values.transformer, topic: TOPICS.userLogin },
      { groupId: values.aggregator, topic: TOPICS.processedUserLogin },
    ],
  });
  const checks = [
    ...clusterChecks(facts, { maxLag, brokers: kafka.brokers.join(), lastLoginTopic }),
    ...settingsChecks(env),
  ];
  const { lines, exitCode } = verdict(checks);
  process.stdout.write(`${lines.join('\n')}\n`);
  return exitCode;
});

/** @throws {Failure} when the file cannot be read */
function fileSettings(file: string | undefined): NodeJS.Dict<string> {
  if (file === undefined) return {};
  try {
    return parseEnv(readFileSync(file, 'utf8'));
  } catch (error) {
    throw new Failure(`--settings: ${(error as Error).message}`, EXIT.config);
  }
}
