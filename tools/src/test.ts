import { execFileSync, spawn } from 'node:child_process';
import { globSync, readFileSync, rmSync } from 'node:fs';
import { availableParallelism, constants, setPriority } from 'node:os';
import { basename, join, relative } from 'node:path';
import { parseArgs } from 'node:util';
import { runCommand, say, stopRequested } from '@login-pipeline/command';
import { kafkaVersion } from '@login-pipeline/embedded-kafka';
import {
  afterRetry,
  failuresIn,
  filesToRetry,
  flakyTests,
  projectsOf,
  totals,
} from './test-results.ts';
import type { JestReport, TestRun } from './test-results.ts';

const ROOT = join(import.meta.dirname, '..', '..');
const NX = join(ROOT, 'node_modules', 'nx', 'dist', 'bin', 'nx.js');
/** Where Jest writes its reports, `PROJECT.TARGET.json`: `nx.json` says so. */
const RESULTS = join(ROOT, 'dist', 'test-results');

const HELP = `npm test [-- OPTIONS]

Runs every test, as Nx's targets: those that need a broker and those of the built services, on a Kafka of their own, and
unit tests in what these leave of the processor.

  --retry          runs the files that failed once more; what then passes does not count as failed, and is named as flaky
  --kafka VERSION  the engine's tests alone, against another release of Kafka, from 3.9.0 on
  --help           shows this text
`;

/** One target of several projects. */
interface Stage {
  readonly target: 'test' | 'integration';
  /** How many projects at once. */
  readonly parallel: number;
  /** As Nx names projects; undefined: every one that has the target. */
  readonly project?: string;
  /** Whether it takes only what others leave of the processor. */
  readonly givesWay?: boolean;
}

/** They run at the same time. */
const EVERYTHING: readonly Stage[] = [
  // Tests with a broker wait more than they work: `nx.json` says how many files of a project there are at a time.
  { target: 'integration', parallel: 2 },
  { target: 'test', parallel: availableParallelism(), givesWay: true },
];
/** The client, and nothing above it: enough to see whether another release of theirs is another one to us. */
const ENGINE: readonly Stage[] = [
  { target: 'integration', parallel: 1, project: 'tag:layer:client' },
];

const stopping = new AbortController();

await runCommand(async () => {
  const { retry, kafka, help } = parseArgs({
    options: {
      retry: { type: 'boolean', default: false },
      kafka: { type: 'string' },
      help: { type: 'boolean', default: false },
    },
  }).values;
  if (help) {
    process.stdout.write(HELP);
    return 0;
  }
  void stopRequested().then(() => {
    stopping.abort();
  });
  if (kafka === undefined) return runStages(EVERYTHING, retry);
  kafkaVersion(kafka);
  return runStages(ENGINE, retry, { TEST_KAFKA_RELEASE: kafka });
});

async function runStages(
  stages: readonly Stage[],
  retry: boolean,
  env: NodeJS.ProcessEnv = {},
): Promise<number> {
  const runs = await Promise.all(stages.map((stage) => runTwice(stage, retry, env)));
  if (stopping.signal.aborted) return 130;
  for (const failure of runs.flatMap(failuresIn)) say(`failed: ${failure}`);
  const { passed, failed } = totals(runs);
  process.stdout.write(`${passed} passed, ${failed} failed\n`);
  return failed === 0 ? 0 : 1;
}

/** Once, and what failed once more if it may. */
async function runTwice(stage: Stage, mayRetry: boolean, env: NodeJS.ProcessEnv): Promise<TestRun> {
  const first = await runStage(stage, env);
  const again = mayRetry && !stopping.signal.aborted ? filesToRetry(first) : [];
  if (again.length === 0) return first;
  say(`once more: ${again.map((file) => relative(ROOT, file)).join(', ')}`);
  const files = { TEST_FILES: again.join('\n'), NX_SKIP_NX_CACHE: 'true' };
  const project = projectsOf(first, again).join();
  const second = await runStage({ ...stage, project }, { ...env, ...files });
  for (const name of flakyTests(first, second)) say(`flaky, passed only the second time: ${name}`);
  return afterRetry(first, second);
}

async function runStage(stage: Stage, env: NodeJS.ProcessEnv): Promise<TestRun> {
  const ending = `.${stage.target}.json`;
  const written = (): string[] => globSync(`*${ending}`, { cwd: RESULTS });
  for (const old of written()) rmSync(join(RESULTS, old));
  const status = await runNx(stage, env);
  const reports = new Map<string, JestReport>();
  for (const file of written()) {
    const report = JSON.parse(readFileSync(join(RESULTS, file), 'utf8')) as JestReport;
    reports.set(basename(file, ending), report);
  }
  const missing = stopping.signal.aborted
    ? []
    : projectsOfStage(stage).filter((project) => !reports.has(project));
  for (const project of missing) say(`no report of ${project}: its tests did not run to their end`);
  return { status, reports, missing };
}

/** @returns the projects that the stage is of */
function projectsOfStage({ target, project }: Stage): string[] {
  const projects = project === undefined ? [] : [`--projects=${project}`];
  const nx = [NX, 'show', 'projects', `--with-target=${target}`, ...projects, '--json'];
  return JSON.parse(
    execFileSync(process.execPath, nx, { cwd: ROOT, encoding: 'utf8' }),
  ) as string[];
}

function runNx(
  { target, parallel, project, givesWay }: Stage,
  env: NodeJS.ProcessEnv,
): Promise<number> {
  const projects = project === undefined ? [] : [`--projects=${project}`];
  const options = [`--parallel=${parallel}`, '--output-style=stream'];
  const nx = spawn(
    process.execPath,
    [NX, 'run-many', `--target=${target}`, ...projects, ...options],
    {
      cwd: ROOT,
      stdio: ['ignore', 'inherit', 'inherit'],
      // Nx has Jest print colours even into files.
      env: { ...process.env, ...(!process.stdout.isTTY && { FORCE_COLOR: '0' }), ...env },
    },
  );
  // What Nx starts inherits it.
  if (givesWay && nx.pid !== undefined)
    setPriority(nx.pid, constants.priority.PRIORITY_BELOW_NORMAL);
  stopping.signal.addEventListener('abort', () => nx.kill('SIGTERM'));
  return new Promise((resolve, reject) => {
    nx.once('error', reject);
    nx.once('exit', (code) => {
      resolve(code ?? 1);
    });
  });
}
