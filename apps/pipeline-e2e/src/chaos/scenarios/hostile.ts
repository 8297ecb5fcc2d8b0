import { say } from '@login-pipeline/command';
import { MEMORY_LIMIT_BYTES, openHostileLane } from '../../hostile/hostile-lane.ts';
import { HostileRun } from '../../hostile/hostile-run.ts';
import type { Scenario } from '../scenario.ts';

const MINUTE_MS = 60_000;
/** So that an hour of records fits into the memory that keeps account of them. */
const PAUSE_MS = 400;

const hostile: Scenario = {
  name: 'hostile',
  fault: 'a producer that writes all that Kafka lets it write, beside good logins',
  smoke: false,
  brokers: 1,
  alone: true,
  transformers: 1,
  aggregators: 0,
  gapBoundMs: 30_000,
  mayExit: [],
  attack: async (stage) => {
    const topics = await openHostileLane(stage.cluster);
    const transformer = await stage.start('transformer', topics.transformer);
    const aggregator = await stage.start('aggregator', topics.aggregator);
    await stage.ready();
    const services = { transformer: transformer.service, aggregator: aggregator.service };
    const endMs = performance.now() + stage.minutes * MINUTE_MS;
    const { faults, peakBytes, ...counts } = await HostileRun.play(
      { cluster: stage.cluster, address: stage.access.addresses, topics, services },
      {
        seed: stage.random.below(2 ** 31),
        isEnough: () => performance.now() >= endMs,
        pauseMs: PAUSE_MS,
      },
    );
    say(`hostile: ${JSON.stringify({ ...counts, peakBytes })}`);
    // Judged here: its insights are not those of the stage's own topics.
    for (const member of [transformer, aggregator]) {
      const { exit } = await stage.stop(member);
      if (exit !== 0) throw new Error(`SIGTERM ended ${member.clientId} with ${exit}`);
    }
    if (faults.length > 0) throw new Error(faults.join('\n'));
    for (const [name, bytes] of Object.entries(peakBytes)) {
      if (bytes > MEMORY_LIMIT_BYTES) throw new Error(`${name} took ${bytes} bytes of memory`);
    }
    return counts.batches;
  },
};

export const HOSTILE_SCENARIOS: readonly Scenario[] = [hostile];
