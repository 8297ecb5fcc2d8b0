import { setTimeout as sleep } from 'node:timers/promises';
import type { BrokerNode } from '@login-pipeline/embedded-kafka';
import type { Scenario } from '../scenario.ts';
import { STOP_LIMIT_MS } from '../stage.ts';
import type { Stage } from '../stage.ts';
import { SESSION_MS } from './processes.ts';

/** A broker needs some seconds to come back; a member that it lost meanwhile is missed until its session ends. */
const RECOVERY_MS = SESSION_MS + 15_000;
/** Once the brokers are back: the session of the service that could not leave its group, and a little. */
const AFTER_RETURN_MS = SESSION_MS + 10_000;

type Down = (node: BrokerNode) => Promise<void>;

const clean: Down = (node) => node.stop();
const hard: Down = (node) => node.kill();

/** Every node in turn: leaders, the controller and the coordinators are among them, wherever they are. */
const bounce = (
  name: string,
  how: string,
  brokers: 1 | 3,
  smoke: boolean,
  down: Down,
): Scenario => ({
  name,
  fault: `each of ${brokers === 1 ? 'one broker' : 'three brokers'} ${how}, then started again`,
  smoke,
  brokers,
  alone: true,
  transformers: 2,
  aggregators: 1,
  gapBoundMs: RECOVERY_MS,
  attack: async (stage) => {
    for (const node of stage.nodes) {
      await down(node);
      await node.restart();
      await stage.progress(2_000);
    }
    return stage.nodes.length;
  },
});

/** No broker at all; a service that is told to end in the meantime must not wait for one. */
const away = (name: string, seconds: number, brokers: 1 | 3, smoke: boolean): Scenario => ({
  name,
  fault: `all brokers away for ${seconds} s, SIGTERM to one service meanwhile; gap since their return`,
  smoke,
  brokers,
  alone: true,
  transformers: 2,
  aggregators: 1,
  gapBoundMs: AFTER_RETURN_MS,
  attack: async (stage) => {
    await Promise.all(stage.nodes.map((node) => node.kill()));
    const [ended] = await Promise.all([stopOne(stage), sleep(seconds * 1_000)]);
    await Promise.all(stage.nodes.map((node) => node.restart()));
    stage.restartClock();
    await stage.start('transformer');
    await stage.progress(2_000);
    if (ended.ms > STOP_LIMIT_MS) {
      throw new Error(`without brokers, SIGTERM took ${Math.round(ended.ms)} ms`);
    }
    return 1;
  },
});

/** Connections stay open and nothing answers, as in a long collection of garbage. */
const frozen = (name: string, seconds: number): Scenario => ({
  name,
  fault: `the broker is frozen for ${seconds} s`,
  smoke: false,
  brokers: 1,
  alone: true,
  transformers: 2,
  aggregators: 1,
  gapBoundMs: seconds * 1_000 + RECOVERY_MS,
  attack: async (stage) => {
    for (const node of stage.nodes) node.pause();
    await sleep(seconds * 1_000);
    for (const node of stage.nodes) node.resume();
    await stage.progress(2_000);
    return 1;
  },
});

export const BROKER_SCENARIOS: readonly Scenario[] = [
  bounce('broker-clean', 'stopped', 1, true, clean),
  bounce('broker-hard', 'killed', 1, true, hard),
  away('brokers-away', 10, 1, true),
  frozen('broker-frozen', 20),
  bounce('brokers-clean', 'stopped', 3, false, clean),
  bounce('brokers-hard', 'killed', 3, false, hard),
  away('brokers-away-long', 120, 3, false),
];

function stopOne(stage: Stage): ReturnType<Stage['stop']> {
  const [member] = stage.members('transformer');
  if (member === undefined) throw new Error('no transformer is running');
  return stage.stop(member);
}
