import { runCommand, say } from '@login-pipeline/command';
import { loadSettings } from '@login-pipeline/config';
import { TransactionsAdmin } from '@login-pipeline/nest-streams/operations';
import type { TopicRole } from '@login-pipeline/nest-streams/operations';
import { pino } from 'pino';
import { abort } from './transactions/abort.ts';
import { parseTransactionsArguments, TRANSACTIONS_HELP } from './transactions/arguments.ts';
import { judge } from './transactions/ending.ts';
import { transactionLines } from './transactions/report.ts';
import { TRANSACTIONS } from './settings/settings.ts';
import type { TransactionsSettings } from './settings/settings.ts';

await runCommand(async () => {
  const command = parseTransactionsArguments(process.argv.slice(2));
  if (command.command === 'help') {
    process.stdout.write(TRANSACTIONS_HELP);
    return 0;
  }
  const settings = loadSettings(TRANSACTIONS);
  const roles = rolesOf(settings);
  const topics = roles.map(({ topic }) => topic);
  const admin = await TransactionsAdmin.open({
    connection: settings.kafka,
    groupId: settings.topics.groupId,
    input: { topic: settings.topics.inputTopic, setting: 'INPUT_TOPIC' },
    topics: roles,
    // What the client logs would only repeat the error that we report.
    logger: pino({ level: 'silent' }),
  });
  try {
    if (command.command === 'abort') return await abort(admin, command, topics);
    const { open, leaderless } = await admin.find();
    const judged = open.map((transaction) => judge(transaction, admin));
    for (const line of transactionLines(judged, leaderless, topics)) say(line);
    return 0;
  } finally {
    await admin.close();
  }
});

/** The topics of the transformer. */
function rolesOf({ topics }: TransactionsSettings): readonly TopicRole[] {
  const { inputTopic, outputTopic, deadLetterTopic, lastLoginTopic } = topics;
  return [
    { topic: inputTopic, setting: 'INPUT_TOPIC' },
    { topic: outputTopic, setting: 'OUTPUT_TOPIC' },
    { topic: deadLetterTopic, setting: 'DEAD_LETTER_TOPIC' },
    ...(lastLoginTopic === undefined
      ? []
      : [{ topic: lastLoginTopic, setting: 'LAST_LOGIN_TOPIC' }]),
  ];
}
