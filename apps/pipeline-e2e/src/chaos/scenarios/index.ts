import type { Scenario } from '../scenario.ts';
import { BROKER_SCENARIOS } from './brokers.ts';
import { COORDINATOR_SCENARIOS } from './coordinator.ts';
import { GROUP_SCENARIOS } from './groups.ts';
import { HOSTILE_SCENARIOS } from './hostile.ts';
import { INSIGHT_SCENARIOS } from './insights.ts';
import { LEADER_SCENARIOS } from './leaders.ts';
import { NETWORK_SCENARIOS } from './network.ts';
import { PROCESS_SCENARIOS } from './processes.ts';
import { RECORD_SCENARIOS } from './records.ts';
import { ROLE_SCENARIOS } from './roles.ts';
import { STRANGER_SCENARIOS } from './strangers.ts';
import { TLS_SCENARIOS } from './tls.ts';
import { TOPIC_SCENARIOS } from './topics.ts';
import { TRANSACTION_SCENARIOS } from './transactions.ts';
import { ZOMBIE_SCENARIOS } from './zombies.ts';

/** Every scenario there is, in the order of the table. */
export const SCENARIOS: readonly Scenario[] = [
  ...PROCESS_SCENARIOS,
  ...ZOMBIE_SCENARIOS,
  ...NETWORK_SCENARIOS,
  ...COORDINATOR_SCENARIOS,
  ...RECORD_SCENARIOS,
  ...TOPIC_SCENARIOS,
  ...INSIGHT_SCENARIOS,
  ...GROUP_SCENARIOS,
  ...STRANGER_SCENARIOS,
  ...TLS_SCENARIOS,
  ...TRANSACTION_SCENARIOS,
  ...HOSTILE_SCENARIOS,
  ...BROKER_SCENARIOS,
  ...ROLE_SCENARIOS,
  ...LEADER_SCENARIOS,
];
