import { Cluster } from '../../cluster.ts';
import { makeLoad } from '../../load.ts';
import { SecureKafka } from '../../secure-kafka.ts';
import type { Service } from '../../service.ts';
import { Feed } from '../feed.ts';
import { ProgressMeter } from '../progress-meter.ts';
import type { Scenario } from '../scenario.ts';
import { BESIDE, metricOf, SidePipeline, stopped } from '../side-pipeline.ts';
import { heldInput } from '../verdict.ts';
import { MOVE_MS, STOP_MS } from './processes.ts';

const PARTITIONS = 4;
/** More than there is time to write. */
const RECORDS = 20_000;
/** Records a second. */
const RATE = 100;
/** One that ends while it joins waits for no other member: that would be until the end of a session, 6 s. */
const PROMPT_MS = 3_000;
const READY = '/health/ready';

/** A pipeline whose transformers reach their brokers by TLS. */
interface Secured {
  readonly cluster: Cluster;
  readonly side: SidePipeline;
  readonly start: () => Promise<Service>;
}

/** What members of a group do has the same bounds as in plain text, on a Kafka of its own. */
const tlsGroup: Scenario = {
  ...BESIDE,
  name: 'tls-group',
  fault:
    'over TLS, transformers join a group, and SIGTERM ends them under load and while they join',
  // So short bounds hold on a machine that does nothing else.
  alone: true,
  attack: async (stage) => {
    const kafka = await SecureKafka.start(stage.release);
    const access = kafka.access('admin');
    const cluster = await Cluster.connect(access);
    let feed: Feed | undefined;
    let meter: ProgressMeter | undefined;
    try {
      const side = await SidePipeline.open(stage, cluster);
      const settings = kafka.settings('admin', 'mutual-tls');
      const secured = { cluster, side, start: () => side.start(settings) };
      const first = await secured.start();
      await first.ready();
      feed = await Feed.start(side.lane.input, makeLoad(RECORDS, PARTITIONS), RATE, access);
      meter = new ProgressMeter(side.lane, access);
      await comesAndGoes(secured, first);
      const gap = meter.longestGapMs;
      if (gap > MOVE_MS) throw new Error(`no commit for ${Math.round(gap)} ms over TLS`);
      await goesWhileItJoins(secured, first);
      const written = await feed.stop();
      await side.done(first);
      await stopped(first);
      await side.judge(await heldInput(cluster, side.lane, written));
      return 3;
    } finally {
      await Promise.all([feed?.stop(), meter?.stop()]);
      await cluster.disconnect();
      await kafka.stop();
    }
  },
};

/** A second one shares the work of the first, which goes on meanwhile, and gives it back. */
async function comesAndGoes(secured: Secured, first: Service): Promise<void> {
  const second = await secured.start();
  const statuses = new Set<number | undefined>();
  await second.until('ready', async () => {
    statuses.add(await first.status(READY));
    return (await second.status(READY)) === 200;
  });
  const { members } = await groupOf(secured);
  if (members.length !== 2) throw new Error('the second one is ready, and no member of its group');
  await first.until('a word of the rebalance', () => {
    return first.output.includes('The group is rebalancing');
  });
  const others = [...statuses].filter((status) => status !== 200);
  if (others.length > 0) throw new Error(`the first one was not ready meanwhile: ${others.join()}`);
  await second.until('partitions of its own', async () => {
    return (await metricOf(second, 'consumer_assigned_partitions')) === PARTITIONS / 2;
  });
  await goesOn(secured, second);
  await stoppedWithin(STOP_MS, second);
  await goesOn(secured, first);
}

/** It asks to join while the first one, frozen, keeps the group from a new generation. */
async function goesWhileItJoins(secured: Secured, first: Service): Promise<void> {
  first.signal('SIGSTOP');
  try {
    const third = await secured.start();
    await third.until('a join that waits', async () => {
      const { state, members } = await groupOf(secured);
      return state === 'PreparingRebalance' && members.length === 2;
    });
    const status = await third.status(READY);
    if (status !== 503) throw new Error(`one that still joins answers its probe with ${status}`);
    await stoppedWithin(PROMPT_MS, third);
  } finally {
    first.signal('SIGCONT');
  }
  await goesOn(secured, first);
  await first.ready();
}

async function groupOf({ cluster, side }: Secured): Promise<{
  readonly state: string;
  readonly members: readonly unknown[];
}> {
  const { groups } = await cluster.admin.describeGroups([side.lane.group]);
  return groups[0] ?? { state: '', members: [] };
}

/** Waits until each partition is committed beyond where it ends now, by its owner from now on. */
async function goesOn({ cluster, side }: Secured, service: Service): Promise<void> {
  const ends = await cluster.ends(side.lane.input);
  await service.until('work on every partition', async () => {
    const committed = await cluster.committed(side.lane);
    return ends.every((end, partition) => (committed[partition] ?? 0) > end);
  });
}

async function stoppedWithin(limitMs: number, service: Service): Promise<void> {
  const began = performance.now();
  await stopped(service);
  const ms = performance.now() - began;
  if (ms > limitMs) throw new Error(`over TLS, SIGTERM took ${Math.round(ms)} ms`);
}

export const TLS_SCENARIOS: readonly Scenario[] = [tlsGroup];
