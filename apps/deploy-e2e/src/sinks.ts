import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { postgresServer } from './sinks/start-postgres.ts';
import type { Report } from './report.ts';

/** Runs the sinks of deploy/connect on a Connect worker and a PostgreSQL of their own. */
export async function checkSinks(root: string, report: Report): Promise<void> {
  const what = 'every record is a row of PostgreSQL, or a line of a file, by Kafka Connect';
  if (postgresServer() === undefined) {
    report.skip(what, 'PostgreSQL is not installed (apt-get install postgresql)');
    return;
  }
  const nx = join(root, 'node_modules', '.bin', 'nx');
  const options = ['test-deploy', 'deploy-e2e', '--output-style=static'];
  await report.check(what, async () => {
    await promisify(execFile)(process.execPath, [nx, ...options], { cwd: root }).catch(
      (error: unknown) => {
        const { stdout = '', stderr = '' } = error as { stdout?: string; stderr?: string };
        throw new Error(`${stdout}${stderr}`);
      },
    );
  });
}
