import type { Fault } from '../fault-proxy.ts';
import { coordinatorLoads, notCoordinator } from '../kafka-answers.ts';
import type { Api } from '../kafka-frames.ts';
import type { Scenario } from '../scenario.ts';
import type { Member, Stage } from '../stage.ts';

const ROUNDS = 3;

/** A heartbeat hears that the coordinator has moved; the next one asked is still loading, and then is not any more. */
async function mislead(stage: Stage, member: Member): Promise<void> {
  const answers: readonly (readonly [Api, (request: Buffer) => Buffer])[] = [
    ['Heartbeat', notCoordinator],
    ['JoinGroup', coordinatorLoads],
  ];
  let given = 0;
  const fault: Fault = ({ direction, api, clientId, bytes }) => {
    const [wanted, answer] = answers[given] ?? [];
    if (direction !== 'request' || clientId !== member.clientId || api !== wanted) return 'pass';
    given += 1;
    return answer?.(bytes) ?? 'pass';
  };
  const heal = stage.proxy.inject(fault);
  await stage.until('it to ask for its coordinator', () => given === answers.length);
  heal();
}

export const COORDINATOR_SCENARIOS: readonly Scenario[] = [
  {
    name: 'coordinator-in-doubt',
    fault: 'a heartbeat hears that the coordinator has moved, and the next one is still loading',
    smoke: true,
    brokers: 1,
    alone: false,
    transformers: 1,
    aggregators: 0,
    gapBoundMs: 10_000,
    attack: async (stage: Stage): Promise<number> => {
      const [member] = stage.members('transformer');
      if (member === undefined) throw new Error('no transformer is running');
      for (let round = 0; round < ROUNDS; round += 1) {
        await mislead(stage, member);
        await stage.progress(500);
        await member.service.ready();
      }
      return ROUNDS;
    },
  },
];
