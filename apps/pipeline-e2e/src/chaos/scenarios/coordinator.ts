import type { Fault } from '../fault-proxy.ts';
import { coordinatorLoads, notCoordinator } from '../kafka-answers.ts';
import type { Scenario } from '../scenario.ts';
import type { Member, Stage } from '../stage.ts';

const ROUNDS = 3;

/**
 * A heartbeat hears that the coordinator has moved; the next one asked is still loading, and then is not any more. The transformer
 * sends heartbeats on, the aggregator asks to join.
 */
async function mislead(stage: Stage, member: Member): Promise<void> {
  let given = 0;
  const fault: Fault = ({ direction, api, clientId, bytes }) => {
    if (direction !== 'request' || clientId !== member.clientId) return 'pass';
    if (given === 0 && api === 'Heartbeat') {
      given = 1;
      return notCoordinator(bytes);
    }
    if (given === 1 && (api === 'Heartbeat' || api === 'JoinGroup')) {
      given = 2;
      return coordinatorLoads(bytes);
    }
    return 'pass';
  };
  const heal = stage.proxy.inject(fault);
  await stage.until('it to ask for its coordinator', () => given === 2);
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
    aggregators: 1,
    gapBoundMs: 5_000,
    attack: async (stage: Stage): Promise<number> => {
      const members = [...stage.members('transformer'), ...stage.members('aggregator')];
      for (let round = 0; round < ROUNDS; round += 1) {
        for (const member of members) await mislead(stage, member);
        await stage.progress(500);
        await stage.ready();
      }
      return ROUNDS * members.length;
    },
  },
];
