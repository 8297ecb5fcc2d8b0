import { runCommand, say } from '@login-pipeline/command';
import { loadSettings } from '@login-pipeline/config';
import { PositionsAdmin } from '@login-pipeline/nest-streams/operations';
import { pino } from 'pino';
import { parsePositionsArguments, POSITIONS_HELP } from './positions/arguments.ts';
import { planMoves } from './positions/plan.ts';
import { moveLines, positionLines, targetLines } from './positions/report.ts';
import { POSITIONS } from './settings/settings.ts';

await runCommand(async () => {
  const command = parsePositionsArguments(process.argv.slice(2));
  if (command.command === 'help') {
    process.stdout.write(POSITIONS_HELP);
    return 0;
  }
  const { kafka, groupId, inputTopic } = loadSettings(POSITIONS);
  const admin = await PositionsAdmin.open({
    connection: kafka,
    groupId,
    input: { topic: inputTopic, setting: 'INPUT_TOPIC' },
    // What the client logs would only repeat the error that we report.
    logger: pino({ level: 'silent' }),
  });
  try {
    const positions = await admin.read();
    say(`group "${groupId}" in topic "${inputTopic}"`);
    if (command.command === 'show') {
      for (const line of positionLines(positions)) say(line);
      return 0;
    }
    const { target, partitions, yes } = command;
    const at = target.to === 'time' ? await admin.at(target.time) : new Map<number, bigint>();
    const moves = planMoves(positions, target, partitions, at);
    const plan = [...targetLines(target, Date.now()), ...moveLines(moves, positions)];
    for (const line of plan) say(line);
    if (!yes) {
      say('nothing is changed; --yes carries it out');
      return 0;
    }
    await admin.set(new Map(moves.map(({ partition, to }) => [partition, to])), positions);
    say('done: the group goes on there when it starts');
    return 0;
  } finally {
    await admin.close();
  }
});
