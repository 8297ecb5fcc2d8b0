import type { Random, SimulatedCluster } from '@login-pipeline/streams/testing';
import { DEAD_LETTERS, INPUT, OUTPUT } from './topics.ts';
import type { Fleet } from './fleet.ts';

/** What is done to a cluster and its services, each at a time of its own; all of it ends. */
export interface Attack {
  readonly name: string;
  /** How often it is chosen, against the others. */
  readonly weight: number;
  run(stage: AttackStage): void;
}

export interface AttackStage {
  readonly cluster: SimulatedCluster;
  readonly fleet: Fleet;
  readonly random: Random;
  /** Runs something after some milliseconds. */
  readonly later: (delay: number, run: () => void) => void;
  /** Writes some records to a partition of the input. */
  readonly write: (partition: number) => void;
}

/** The longest that an attack lasts, in milliseconds. */
const LONGEST_MS = 9_000;

/** What happens to processes, the network and brokers: no record may be lost or come twice by it. */
export const FAILURES: readonly Attack[] = [
  {
    name: 'kill',
    weight: 4,
    run: ({ fleet, random, later }: AttackStage): void => {
      const killed = fleet.kill(random);
      if (killed !== undefined) {
        later(random.between(10, 3_000), () => {
          fleet.start();
        });
      }
    },
  },
  {
    name: 'freeze',
    weight: 4,
    run: ({ fleet, random, later }: AttackStage): void => {
      const frozen = fleet.pick(random);
      frozen?.process.freeze();
      later(random.between(200, LONGEST_MS), () => {
        frozen?.process.thaw();
      });
    },
  },
  {
    name: 'stop and start',
    weight: 2,
    run: ({ fleet, random, later }: AttackStage): void => {
      fleet.stop(random);
      later(random.between(10, 2_000), () => {
        fleet.start();
      });
    },
  },
  {
    name: 'one more for a while',
    weight: 1,
    run: ({ fleet, random, later }: AttackStage): void => {
      const started = fleet.start();
      later(random.between(1_000, 5_000), () => {
        if (random.chance(0.5)) fleet.stopOne(started);
        else fleet.killOne(started);
      });
    },
  },
  {
    name: 'lost answers',
    weight: 3,
    run: ({ cluster, random, later }: AttackStage): void => {
      const { rates } = cluster.network;
      rates.loseAnswer = random.between(0.02, 0.3);
      later(random.between(500, 4_000), () => {
        rates.loseAnswer = 0;
      });
    },
  },
  {
    name: 'lost requests',
    weight: 2,
    run: ({ cluster, random, later }: AttackStage): void => {
      const { rates } = cluster.network;
      rates.loseRequest = random.between(0.02, 0.3);
      later(random.between(500, 4_000), () => {
        rates.loseRequest = 0;
      });
    },
  },
  {
    name: 'late requests',
    weight: 3,
    run: ({ cluster, random, later }: AttackStage): void => {
      const { rates } = cluster.network;
      rates.delay = random.between(0.02, 0.2);
      rates.maxDelayMs = random.pick([100, 2_000, 8_000]);
      later(random.between(500, 4_000), () => {
        rates.delay = 0;
      });
    },
  },
  {
    name: 'late ends',
    weight: 5,
    run: ({ cluster, random, later }: AttackStage): void => {
      const { network } = cluster;
      network.fault = (_process, _broker, api) =>
        api === 'EndTxn' && random.chance(0.7)
          ? { delay: random.between(2, random.pick([30, 100])) }
          : undefined;
      later(random.between(1_000, 6_000), () => {
        network.fault = undefined;
      });
    },
  },
  {
    name: 'partitioned',
    weight: 2,
    run: ({ cluster, fleet, random, later }: AttackStage): void => {
      const member = fleet.pick(random);
      if (member === undefined) return;
      cluster.network.partition(member.process);
      later(random.between(500, LONGEST_MS), () => {
        cluster.network.heal(member.process);
      });
    },
  },
  {
    name: 'broker stopped',
    weight: 5,
    run: ({ cluster, random, later }: AttackStage): void => {
      const { id } = random.pick(cluster.brokers);
      cluster.stopBroker(id);
      later(random.between(500, 4_000), () => {
        cluster.restartBroker(id);
      });
    },
  },
  {
    name: 'broker killed',
    weight: 2,
    run: ({ cluster, random, later }: AttackStage): void => {
      const { id } = random.pick(cluster.brokers);
      cluster.killBroker(id);
      later(random.between(200, 4_000), () => {
        cluster.restartBroker(id);
      });
    },
  },
  {
    name: 'leader moves',
    weight: 2,
    run: ({ cluster, random }: AttackStage): void => {
      const topic = random.pick([INPUT, OUTPUT, DEAD_LETTERS]);
      const { length } = cluster.read(topic);
      if (length > 0) cluster.moveLeader(topic, random.int(length));
    },
  },
  {
    name: 'no leader',
    weight: 2,
    run: ({ cluster, random, later }: AttackStage): void => {
      const topic = random.pick([INPUT, OUTPUT, DEAD_LETTERS]);
      const { length } = cluster.read(topic);
      if (length === 0) return;
      const partition = random.int(length);
      cluster.holdLeaderless(topic, partition, true);
      later(random.between(200, 4_000), () => {
        // The topic may be another one by now, with fewer partitions.
        if (partition < cluster.read(topic).length) cluster.holdLeaderless(topic, partition, false);
      });
    },
  },
];

/** What operators and brokers do to topics. */
export const CHANGES: readonly Attack[] = [
  {
    name: 'a topic grows',
    weight: 2,
    run: ({ cluster, random }: AttackStage): void => {
      const topic = random.pick([INPUT, OUTPUT, DEAD_LETTERS]);
      const { length } = cluster.read(topic);
      if (length > 0 && length < 8) cluster.growTopic(topic, length + 1 + random.int(2));
    },
  },
  {
    name: 'the input is created anew',
    weight: 1,
    run: ({ cluster, random, later, write }: AttackStage): void => {
      const { length } = cluster.read(INPUT);
      if (length === 0) return;
      // What is on its way then has offsets of a topic that is no more.
      write(random.int(length));
      later(random.between(0, 20), () => {
        if (cluster.read(INPUT).length > 0) cluster.deleteTopic(INPUT);
        later(random.between(5, 1_500), () => {
          if (cluster.read(INPUT).length === 0) cluster.createTopic(INPUT, length);
        });
      });
    },
  },
  {
    name: 'the input is truncated',
    weight: 1,
    run: ({ cluster, random }: AttackStage): void => {
      const partitions = cluster.read(INPUT);
      if (partitions.length === 0) return;
      const partition = random.int(partitions.length);
      const { length } = partitions[partition]?.all ?? [];
      const { log } = cluster.partition(INPUT, partition);
      // An unclean leader truncates: without one nothing happens to the log.
      if (length > 0 && cluster.isWritable(INPUT, partition))
        cluster.truncate(INPUT, partition, log.end - 1 - random.int(length));
    },
  },
  {
    name: 'retention',
    weight: 1,
    run: ({ cluster, random }: AttackStage): void => {
      const { length } = cluster.read(INPUT);
      if (length === 0) return;
      const partition = random.int(length);
      const { log } = cluster.partition(INPUT, partition);
      cluster.deleteRecords(INPUT, partition, log.start + random.int(log.end - log.start + 1));
    },
  },
];

/** @returns one of them, by their weights */
export function pickAttack(attacks: readonly Attack[], random: Random): Attack {
  const sum = attacks.reduce((total, { weight }) => total + weight, 0);
  let left = random.int(sum);
  for (const attack of attacks) {
    left -= attack.weight;
    if (left < 0) return attack;
  }
  throw new RangeError('Nothing to pick from');
}
