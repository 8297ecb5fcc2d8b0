import { setTimeout as sleep } from 'node:timers/promises';
import type { Fault } from '../fault-proxy.ts';
import {
  halfOpen,
  latency,
  lostEndTxn,
  only,
  resets,
  withoutCoordinators,
} from '../network-faults.ts';
import type { Scenario } from '../scenario.ts';
import type { Stage } from '../stage.ts';

interface Disturbance {
  readonly name: string;
  readonly fault: string;
  readonly smoke: boolean;
  readonly seconds: number;
  readonly gapBoundMs: number;
  readonly make: (stage: Stage) => Fault;
}

/** A request is given up after 5 s, a member without heartbeats after 6 s: both, one after the other, and some tries. */
const UNANSWERED_MS = 20_000;

/** Stalled; or, for a process that was just started, no use of the brokers yet. */
const MAY_EXIT = [75, 69];

const disturbed = ({ name, fault, smoke, seconds, gapBoundMs, make }: Disturbance): Scenario => ({
  name,
  fault,
  smoke,
  brokers: 1,
  alone: false,
  transformers: 2,
  aggregators: 1,
  gapBoundMs,
  mayExit: MAY_EXIT,
  attack: async (stage) => {
    let struck = 0;
    const inner = make(stage);
    const heal = stage.proxy.inject(
      only(stage.isOurs, async (frame) => {
        const verdict = await inner(frame);
        if (verdict !== 'pass') struck += 1;
        return verdict;
      }),
    );
    await sleep(seconds * 1_000);
    heal();
    await stage.progress(500);
    return Math.max(1, struck);
  },
});

/** Nothing can go on while they last. */
const UNREACHABLE: ReadonlySet<string> = new Set(['half-open', 'coordinators']);

const DISTURBANCES: readonly Disturbance[] = [
  {
    name: 'latency',
    fault: 'every request takes 1 s longer',
    smoke: true,
    seconds: 15,
    gapBoundMs: 25_000,
    make: () => latency(1_000),
  },
  {
    name: 'resets',
    fault: '20 % of the requests end their connection',
    smoke: true,
    seconds: 15,
    gapBoundMs: 2 * UNANSWERED_MS,
    make: ({ random }) => resets(20, random),
  },
  {
    name: 'half-open',
    fault: 'connections stay open, nothing comes through for 20 s',
    smoke: true,
    seconds: 20,
    gapBoundMs: UNANSWERED_MS + 20_000,
    make: () => halfOpen,
  },
  {
    name: 'coordinators',
    fault: 'only the coordinators do not answer for 20 s',
    smoke: true,
    seconds: 20,
    gapBoundMs: UNANSWERED_MS + 20_000,
    make: () => withoutCoordinators,
  },
  {
    name: 'end-txn-response',
    fault: 'half of the responses to EndTxn are lost, and only they',
    smoke: true,
    seconds: 12,
    gapBoundMs: 25_000,
    make: ({ random }) => lostEndTxn('response', 50, random),
  },
  {
    name: 'end-txn-request',
    fault: 'half of the requests EndTxn are lost, and only they',
    smoke: true,
    seconds: 12,
    gapBoundMs: 25_000,
    make: ({ random }) => lostEndTxn('request', 50, random),
  },
];

const LONG_SECONDS = 90;

/** A partition may have bad luck all the time: the bound counts from the end of the disturbance. */
function longer(disturbance: Disturbance): Disturbance {
  const { name, seconds, gapBoundMs } = disturbance;
  return {
    ...disturbance,
    name: `${name}-long`,
    smoke: false,
    seconds: LONG_SECONDS,
    gapBoundMs: gapBoundMs + (LONG_SECONDS - seconds) * 1_000,
  };
}

export const NETWORK_SCENARIOS: readonly Scenario[] = [
  ...DISTURBANCES.map(disturbed),
  // The same for longer, without a pause in which the services could recover.
  ...DISTURBANCES.filter(({ name }) => !UNREACHABLE.has(name)).map((disturbance) =>
    disturbed(longer(disturbance)),
  ),
];
