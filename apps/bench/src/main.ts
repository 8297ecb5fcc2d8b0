import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { EXIT, killAllSupervised, runCommand, say, stopRequested } from '@login-pipeline/command';
import { BENCH_HELP, parseBenchArguments } from './arguments.ts';
import type { BenchArguments } from './arguments.ts';
import { BenchCluster } from './cluster.ts';
import { buildPeers, NO_PEERS } from './peers.ts';
import { writeDocs } from './report/docs.ts';
import { suiteSection } from './report/markdown.ts';
import { runSuite } from './run-suite.ts';
import type { SuiteResult } from './series.ts';
import { FULL, QUICK, SUITES } from './suites.ts';
import type { SuiteName } from './suites.ts';
import { runSoak } from './soak/soak.ts';

let starting: Promise<BenchCluster> | undefined;

await runCommand(async () => {
  const options = parseBenchArguments(process.argv.slice(2));
  if (options.help) {
    process.stdout.write(BENCH_HELP);
    return 0;
  }
  const folder = mkdtempSync(join(tmpdir(), 'login-pipeline-bench-'));
  try {
    return await Promise.race([stopRequested().then(() => 130), runBench(options, folder)]);
  } finally {
    // A stop during the start waits for its end: then there is something to stop.
    await (await starting?.catch(() => undefined))?.stop();
    // Contenders of a run that was cut short have nothing to finish: their broker is gone.
    killAllSupervised();
    rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  }
});

/** @returns the exit status: not 0 when the output of a run was wrong */
async function runBench(options: BenchArguments, folder: string): Promise<number> {
  const { quick, peers: wanted, only, rounds, json, docs, soak, minutes } = options;
  if (soak) return soakFor(minutes, folder);
  const scale = quick ? QUICK : FULL;
  const peers = wanted ? await buildPeers(folder, say) : NO_PEERS;
  starting = BenchCluster.start(folder, say);
  const cluster = await starting;
  const results: SuiteResult[] = [];
  let failures = 0;
  for (const name of suitesToRun(only, quick)) {
    const trials = SUITES[name].trials(scale, peers);
    const run = await runSuite(cluster, name, trials, rounds ?? scale.rounds, say);
    results.push(run.result);
    failures += run.failures;
  }
  process.stdout.write(`\n${results.map(suiteSection).join('\n\n')}\n`);
  if (json !== undefined) writeFileSync(json, `${JSON.stringify(results, null, 2)}\n`);
  if (docs) await writeDocs(results);
  if (failures === 0) return 0;
  say(`${failures} runs failed their check: their figures do not count`);
  return EXIT.internal;
}

/** @returns the exit status: not 0 when something grew */
async function soakFor(minutes: number, folder: string): Promise<number> {
  starting = BenchCluster.start(folder, say);
  const { report, faults } = await runSoak(await starting, minutes, say);
  process.stdout.write(`\n${report}\n\n`);
  for (const fault of faults) say(fault);
  say(faults.length === 0 ? 'everything is flat' : `${faults.length} figures grew`);
  return faults.length === 0 ? 0 : EXIT.internal;
}

function suitesToRun(only: readonly SuiteName[], quick: boolean): readonly SuiteName[] {
  if (only.length > 0) return only;
  return (Object.keys(SUITES) as SuiteName[]).filter((name) => !quick || SUITES[name].quick);
}
