import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { EXIT, Failure, runCommand } from '@login-pipeline/command';
import { checkCompose } from './compose.ts';
import { findEngine, requireParts } from './engine.ts';
import { checkImages } from './images.ts';
import { checkKubernetes } from './kubernetes.ts';
import { Report } from './report.ts';
import { runProduction } from './production.ts';
import { checkSinks } from './sinks.ts';
import { baseImage, provideImage } from './stand-ins.ts';

const ROOT = join(import.meta.dirname, '../../..');
const HELP = `npm run test:deploy [-- docker kubernetes sinks]

Tries what deploys the pipeline, for real, and says what it had to leave out:

  docker       the images and docker-compose.yml, on the Docker engine that is running or on one of its own (needs root and
               dockerd). Images that cannot be pulled are replaced by stand-ins made of Debian's, npm's and Maven's packages
  kubernetes   the manifests on an API server, and their rollout on simulated nodes (needs Go and kubectl)
  sinks        Kafka Connect with the sinks of deploy/connect, into a PostgreSQL (needs Debian's)

  --write-schemas  with kubernetes: writes the API's schemas, for the check of the manifests that needs no server
`;

await runCommand(async () => {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      'write-schemas': { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) {
    process.stdout.write(HELP);
    return 0;
  }
  const report = new Report();
  const parts: Readonly<Record<string, () => Promise<void>>> = {
    docker: () => checkDocker(report),
    kubernetes: () => checkKubernetes(ROOT, report, values['write-schemas']),
    sinks: () => checkSinks(ROOT, report),
  };
  const chosen = positionals.length === 0 ? Object.keys(parts) : positionals;
  for (const name of chosen) {
    const part = parts[name];
    if (part === undefined) throw new Failure(`There is no part ${name}. See --help.`, EXIT.config);
    await part();
  }
  return report.end();
});

async function checkDocker(report: Report): Promise<void> {
  const engine = await findEngine(ROOT);
  if (engine === undefined) {
    report.skip('images and docker-compose.yml', 'no Docker engine runs, and none can be started');
    return;
  }
  try {
    await requireParts(engine);
    if ((await provideImage(engine, ROOT, baseImage(ROOT))) === undefined) {
      throw new Failure(`${baseImage(ROOT)} cannot be had.`);
    }
    await checkImages(engine, report);
    await checkCompose(engine, ROOT, report);
    await report.check(
      'the pods of production work as containers: TLS, passwords, rights, three brokers',
      () => runProduction(engine, ROOT),
    );
  } finally {
    await engine.stop();
  }
}
