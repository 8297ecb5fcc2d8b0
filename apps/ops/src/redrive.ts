import { runCommand, say } from '@login-pipeline/command';
import { loadSettings } from '@login-pipeline/config';
import { redrive } from '@login-pipeline/nest-streams/operations';
import { pino } from 'pino';
import { parseRedriveArguments, REDRIVE_HELP } from './redrive/arguments.ts';
import { reportLines, retentionLine } from './redrive/report.ts';
import { REDRIVE } from './settings/settings.ts';

await runCommand(async () => {
  const { help, ...selection } = parseRedriveArguments(process.argv.slice(2));
  if (help) {
    process.stdout.write(REDRIVE_HELP);
    return 0;
  }
  const { kafka, deadLetterTopic, groupId } = loadSettings(REDRIVE);
  const report = await redrive({
    connection: kafka,
    deadLetters: { topic: deadLetterTopic, setting: 'DEAD_LETTER_TOPIC' },
    group: groupId,
    ...selection,
    onOld: (topic, retentionMs) => {
      say(retentionLine(topic, retentionMs));
    },
    // What the client logs would only repeat the error that we report.
    logger: pino({ level: 'silent' }),
  });
  for (const line of reportLines(deadLetterTopic, selection, report)) say(line);
  return 0;
});
