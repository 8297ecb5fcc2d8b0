import { setTimeout as sleep } from 'node:timers/promises';
import { memberIdOf } from '../eviction.ts';
import type { Scenario } from '../scenario.ts';
import { lastWords } from '../stage.ts';
import type { Member, Stage } from '../stage.ts';

/** A transformer that vanishes is counted out of its group after a session of 6 s. */
export const SESSION_MS = 6_000;
/** Then what it left open is settled, and its partitions go on elsewhere. */
export const DEATH_MS = SESSION_MS + 3_000;
/** A partition is given up, the next heartbeats tell of it, and the group joins anew; the others go on meanwhile. */
export const MOVE_MS = 1_500;
/** How long SIGTERM may take while brokers answer. */
export const STOP_MS = 5_000;

const killLoop = (name: string, rounds: number, smoke: boolean): Scenario => ({
  name,
  fault: 'kill -9 of a transformer and an aggregator',
  smoke,
  brokers: 1,
  alone: false,
  transformers: 2,
  aggregators: 2,
  gapBoundMs: DEATH_MS,
  attack: async (stage) => {
    for (let round = 0; round < rounds; round += 1) {
      for (const app of ['transformer', 'aggregator'] as const) {
        await stage.kill(pick(stage, stage.members(app)));
        await stage.start(app);
      }
      await stage.progress(500);
      // Deaths that follow each other faster than sessions end would leave a partition without an owner for longer.
      await stage.settled();
      await sleep(stage.random.below(1_500));
    }
    return 2 * rounds;
  },
});

const stopLoop = (name: string, rounds: number, smoke: boolean): Scenario => ({
  name,
  fault: 'SIGTERM under load, the next owner waits',
  smoke,
  brokers: 1,
  // So short a bound holds on a machine that does nothing else.
  alone: true,
  transformers: 2,
  aggregators: 1,
  gapBoundMs: MOVE_MS,
  attack: async (stage) => {
    for (let round = 0; round < rounds; round += 1) {
      for (const app of ['transformer', 'aggregator'] as const) {
        const member = pick(stage, stage.members(app));
        const { exit, ms } = await stage.stop(member);
        if (exit !== 0) throw new Error(`SIGTERM ended the ${app} with ${exit}`);
        if (ms > STOP_MS) {
          const words = lastWords(member.service);
          throw new Error(`the ${app} took ${Math.round(ms)} ms to end: ${words}`);
        }
        // Else its partitions wait for its session to end.
        if (app === 'transformer' && (await memberIdOf(stage, member)) !== undefined) {
          throw new Error('SIGTERM left a member in the group');
        }
        // The next round's victim must not be the only one that is up.
        await (await stage.start(app)).service.ready();
      }
      await stage.progress(500);
    }
    return 2 * rounds;
  },
});

const storm = (name: string, rounds: number, smoke: boolean): Scenario => ({
  name,
  fault: 'rebalances: replicas come and go, one to six',
  smoke,
  brokers: 1,
  alone: true,
  transformers: 1,
  aggregators: 1,
  gapBoundMs: MOVE_MS,
  attack: async (stage) => {
    let changes = 0;
    for (let round = 0; round < rounds; round += 1) {
      const wanted = 1 + stage.random.below(6);
      for (; stage.members('transformer').length < wanted; changes += 1) {
        await stage.start('transformer');
      }
      const surplus = stage.members('transformer').slice(wanted);
      changes += surplus.length;
      const ends = await Promise.all(surplus.map((member) => stage.stop(member)));
      // One that has not got as far as to listen to signals ends by them.
      const wrong = ends.find(({ exit }) => exit !== 0 && exit !== 'SIGTERM');
      if (wrong !== undefined) throw new Error(`SIGTERM ended a transformer with ${wrong.exit}`);
      await sleep(2_000 + stage.random.below(4_000));
    }
    return changes;
  },
});

export const PROCESS_SCENARIOS: readonly Scenario[] = [
  killLoop('kill', 3, true),
  killLoop('kill-long', 20, false),
  stopLoop('sigterm', 4, true),
  stopLoop('sigterm-long', 25, false),
  storm('storm', 5, true),
  storm('storm-long', 40, false),
];

function pick(stage: Stage, members: readonly Member[]): Member {
  const chosen = members[stage.random.below(members.length)];
  if (chosen === undefined) throw new Error('no service is running');
  return chosen;
}
