import type { BrokerNode } from '@login-pipeline/embedded-kafka';
import { waitFor } from '../../wait-for.ts';
import { fillDisk, makeReadOnly } from '../broker-disk.ts';
import { holderOf } from '../broker-roles.ts';
import type { Role } from '../broker-roles.ts';
import type { Scenario } from '../scenario.ts';

const ROUNDS = 2;
/** A dead broker is noticed after 6 s, its partitions have new leaders then; what it left open is settled after that. */
const TAKE_OVER_MS = 30_000;

type Down = (node: BrokerNode) => Promise<void>;

/** The broker with one role goes down, the others take over, it comes back; twice, since the role moves. */
const strikes = (role: Role, name: string, how: string, down: Down): Scenario => ({
  name: `${role}-${name}`,
  fault: `the ${role.replace('-', ' ')} of three brokers ${how}; back when others have its role`,
  smoke: false,
  brokers: 3,
  alone: true,
  transformers: 2,
  aggregators: 1,
  gapBoundMs: TAKE_OVER_MS,
  attack: async (stage) => {
    for (let round = 0; round < ROUNDS; round += 1) {
      const node = await holderOf(role, stage);
      await down(node);
      try {
        await stage.progress(1_000);
      } finally {
        await node.restart();
      }
      await stage.progress(1_000);
    }
    return ROUNDS;
  },
});

/** A broker that cannot write any more ends itself; when its disk is mended it comes back. */
const badDisk = (
  name: string,
  fault: string,
  spoil: (node: BrokerNode) => () => void,
): Scenario => ({
  name,
  fault: `${fault}, of the leader of three brokers; later it is mended`,
  smoke: false,
  brokers: 3,
  alone: true,
  transformers: 2,
  aggregators: 1,
  gapBoundMs: TAKE_OVER_MS,
  attack: async (stage) => {
    const node = await holderOf('leader', stage);
    const mend = spoil(node);
    try {
      await waitFor('the broker to give up', () => !node.running);
      await stage.progress(1_000);
    } finally {
      mend();
      if (node.running) await node.kill();
      await node.restart();
    }
    await stage.progress(1_000);
    return 1;
  },
});

const ROLES = ['leader', 'controller', 'group-coordinator', 'transaction-coordinator'] as const;

export const ROLE_SCENARIOS: readonly Scenario[] = [
  ...ROLES.flatMap((role) => [
    strikes(role, 'clean', 'is stopped', (node) => node.stop()),
    strikes(role, 'hard', 'is killed', (node) => node.kill()),
  ]),
  badDisk('disk-full', 'the disk is full', fillDisk),
  badDisk('disk-read-only', 'the disk becomes read-only', makeReadOnly),
];
