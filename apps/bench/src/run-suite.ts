import { cpus, loadavg, totalmem } from 'node:os';
import type { BenchCluster } from './cluster.ts';
import type { Figures, Series, SuiteResult, Surroundings } from './series.ts';
import type { Trial } from './suites.ts';

/** A suite's result, and the runs that failed their check. */
export interface SuiteRun {
  readonly result: SuiteResult;
  readonly failures: number;
}

/**
 * Runs all trials of a suite, round after round: contenders take turns, and every other round in the reverse order, so
 * that what else the machine does falls on all alike.
 *
 * @param onProgress told one line per run
 */
export async function runSuite(
  cluster: BenchCluster,
  suite: string,
  trials: readonly Trial[],
  rounds: number,
  onProgress: (line: string) => void,
): Promise<SuiteRun> {
  const surroundings = describeMachine();
  const all = trials.map((trial) => ({ trial, rounds: [] as Figures[] }));
  let failures = 0;
  for (let round = 1; round <= rounds; round += 1) {
    for (const entry of round % 2 === 1 ? all : all.toReversed()) {
      const { point, contender } = entry.trial;
      const name = `${suite}, ${point}, ${contender}, round ${round} of ${rounds}`;
      try {
        const figures = await entry.trial.run(cluster);
        entry.rounds.push(figures);
        onProgress(`${name}: ${brief(figures)}`);
      } catch (error) {
        // An empty round keeps the rounds of all contenders side by side.
        entry.rounds.push({});
        failures += 1;
        onProgress(
          `${name} does not count: ${error instanceof Error ? error.message : String(error)}`,
        );
      }
    }
  }
  await cluster.dropInputs();
  const series: Series[] = all.map(({ trial: { point, contender }, rounds: figures }) => ({
    suite,
    point,
    contender,
    rounds: figures,
  }));
  return { result: { suite, surroundings, series }, failures };
}

function describeMachine(): Surroundings {
  const [processor] = cpus();
  return {
    processor: processor?.model ?? 'unknown',
    cores: cpus().length,
    memoryGb: Math.round(totalmem() / 1e9),
    node: process.versions.node,
    loadBefore: Math.round((loadavg()[0] ?? 0) * 10) / 10,
  };
}

function brief(figures: Figures): string {
  return Object.entries(figures)
    .map(([name, figure]) => `${name} ${Number(figure.toPrecision(4))}`)
    .join(', ');
}
