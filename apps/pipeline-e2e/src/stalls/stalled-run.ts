import { setTimeout as sleep } from 'node:timers/promises';
import { only } from '../chaos/network-faults.ts';
import { Cluster } from '../cluster.ts';
import { makeLoad } from '../load.ts';
import { probe } from '../probe-answer.ts';
import type { ProbeAnswer } from '../probe-answer.ts';
import type { ProxiedCluster } from '../proxied-cluster.ts';
import { Service } from '../service.ts';
import type { Exit } from '../service.ts';
import { waitFor } from '../wait-for.ts';
import { MOVES_TO, PLANTED_STALL } from './stalls.ts';
import type { Stall } from './stalls.ts';

/** What became of a service that was made to stall. */
export interface StalledRun {
  readonly exit: Exit;
  /** From the first record that was not processed to the end of the process. */
  readonly ms: number;
  /** The last answer of a liveness probe that failed before the end. */
  readonly notLive: ProbeAnswer | undefined;
  readonly output: string;
  /** The log lines with a diagnosis. */
  readonly dumps: readonly Dump[];
}

/** The log line that tells why a service gave up. */
export interface Dump {
  readonly level: string;
  readonly msg: string;
  readonly diagnosis: {
    readonly membership: { readonly state: string; readonly generation: number };
    readonly partitions: readonly { readonly position: string; readonly end: string }[];
    readonly inFlight: readonly { readonly partition: number; readonly forMs: number }[];
    readonly sockets: readonly { readonly request: string; readonly answered: boolean }[];
  };
}

const RECORDS = makeLoad(MOVES_TO * 3, 1);
const PROBE_PAUSE_MS = 50;

/** Lets a service work, then keeps it from moving, and waits for its end. */
export async function stall(
  { app, name, planted, fault }: Stall,
  { proxy }: ProxiedCluster,
  {
    dist,
    settings,
  }: { readonly dist: string; readonly settings: Readonly<Record<string, string>> },
): Promise<StalledRun> {
  const clientId = name.replaceAll(' ', '-');
  // kafkajs' admin mixes up questions that are asked at the same time.
  const cluster = await Cluster.connect();
  try {
    const lane = await cluster.lane({ partitions: 1 });
    const snapshots = `${lane.output}-insights`;
    await cluster.createTopic(snapshots, 1, { 'cleanup.policy': 'compact' });
    const service = await Service.start(
      app,
      {
        ...lane.settings,
        ...settings,
        ...(app === 'aggregator' && { SNAPSHOT_TOPIC: snapshots }),
        ...(planted !== undefined && { [PLANTED_STALL]: planted }),
        KAFKA_BROKERS: proxy.addresses,
        KAFKA_CLIENT_ID: clientId,
      },
      process.execPath,
      dist,
    );
    await cluster.produce(lane.input, RECORDS.slice(0, MOVES_TO));
    await service.until('the first records', () => cluster.isDone(lane));
    if (fault !== undefined) proxy.inject(only((frame) => frame.clientId === clientId, fault));
    await cluster.produce(lane.input, RECORDS.slice(MOVES_TO));
    return await outcomeOf(service);
  } finally {
    await cluster.disconnect();
  }
}

async function outcomeOf(service: Service): Promise<StalledRun> {
  const began = performance.now();
  let notLive: ProbeAnswer | undefined;
  while (service.exit === undefined && performance.now() - began < 60_000) {
    const answer = await probe(service, 'live').catch(() => undefined);
    if (answer?.status === 503) notLive = answer;
    await sleep(PROBE_PAUSE_MS);
  }
  const exit = await waitFor('its end', () => service.exit, 0);
  const ms = performance.now() - began;
  return { exit, ms, notLive, output: service.output, dumps: dumpsOf(service.output) };
}

function dumpsOf(output: string): readonly Dump[] {
  const lines = output.trim().split('\n');
  return lines.map((line) => JSON.parse(line) as Dump).filter((line) => 'diagnosis' in line);
}
