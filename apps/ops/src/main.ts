/** The commands of the image `ops`: `docker run login-pipeline-ops topics`. */
import { EXIT, Failure, runCommand } from '@login-pipeline/command';

/** Each module runs itself when it is loaded. */
const COMMANDS = {
  topics: () => import('./topics.ts'),
  doctor: () => import('./doctor.ts'),
  redrive: () => import('./redrive.ts'),
  positions: () => import('./positions.ts'),
  transactions: () => import('./transactions.ts'),
} as const;

const [command = ''] = process.argv.splice(2, 1);
if (isCommand(command)) await COMMANDS[command]();
else {
  await runCommand(() => {
    throw new Failure(`Name a command: ${Object.keys(COMMANDS).join(', ')}.`, EXIT.config);
  });
}

function isCommand(name: string): name is keyof typeof COMMANDS {
  return Object.hasOwn(COMMANDS, name);
}
