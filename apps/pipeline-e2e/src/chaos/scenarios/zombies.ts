import { setTimeout as sleep } from 'node:timers/promises';
import type { Frame, MarkedPoint } from '../fault-proxy.ts';
import type { Api } from '../kafka-frames.ts';
import type { Scenario } from '../scenario.ts';
import { answeredAfter, reached } from '../stage.ts';
import type { Member, Stage } from '../stage.ts';
import { SESSION_MS } from './processes.ts';

const TAKE_OVER_MS = SESSION_MS + 30_000;

const ROUNDS = 5;

type Attack = (stage: Stage, zombie: Member) => Promise<void>;

const zombieScenario = (name: string, fault: string, attack: Attack): Scenario => ({
  name,
  fault,
  smoke: true,
  brokers: 1,
  alone: false,
  transformers: 1,
  aggregators: 0,
  gapBoundMs: TAKE_OVER_MS,
  attack: async (stage) => {
    const [zombie] = stage.members('transformer');
    if (zombie === undefined) throw new Error('no transformer is running');
    await attack(stage, zombie);
    return 1;
  },
});

/** Frozen with a request on its way, declared dead, followed by an heir; then the request arrives and it wakes up. */
const frozenAt = (name: string, api: Api): Scenario =>
  zombieScenario(
    name,
    `frozen before ${api} reaches the broker, its group moves on`,
    async (stage, zombie) => {
      const point = await freezeAt(stage, zombie, api);
      await stage.start('transformer');
      await stage.progress(1_000);
      point.release();
      zombie.service.signal('SIGCONT');
      await stage.progress(1_000);
    },
  );

/** The last owner's commit arrives after its heir has looked at the offsets, but before the heir's fence. */
const lateCommit = zombieScenario(
  'zombie-late-commit',
  'its commit arrives while the heir takes over',
  async (stage, zombie) => {
    const point = await freezeAt(stage, zombie, 'EndTxn');
    const { transactionalId } = await point.reached;
    const heir = await stage.start('transformer');
    const fence = stage.proxy.holdFirst(
      (frame) =>
        isRequest(frame, 'InitProducerId', heir) && frame.transactionalId === transactionalId,
    );
    await reached(stage, fence, 'the heir to take over');
    await answeredAfter(stage, point);
    fence.release();
    await stage.progress(500);
    zombie.service.signal('SIGCONT');
    await stage.progress(500);
  },
);

/** An EndTxn that its sender has given up arrives when the same transactional id is in its next transaction. */
const lateEndTxn = zombieScenario(
  'late-end-txn',
  'an EndTxn given up by its sender arrives in the next transaction, then kill -9',
  async (stage, sender) => {
    const late = stage.proxy.holdFirst((frame) => isRequest(frame, 'EndTxn', sender));
    const { hangUp, transactionalId } = await reached(stage, late, 'EndTxn');
    const inProgress = stage.proxy.holdFirst(
      (frame) => isRequest(frame, 'Produce', sender) && frame.transactionalId === transactionalId,
    );
    const retried = stage.proxy.holdFirst(
      (frame) =>
        frame.transactionalId === transactionalId &&
        (isRequest(frame, 'InitProducerId', sender) || isRequest(frame, 'EndTxn', sender)),
    );
    hangUp();
    await reached(stage, retried, 'another try');
    retried.release();
    await reached(stage, inProgress, 'the next transaction');
    await answeredAfter(stage, late);
    await stage.kill(sender);
    await stage.start('transformer');
    await stage.progress(1_000);
  },
);

/** Two that freeze in turn: each is the other's heir. */
const frozenInTurn = (name: string, api: Api): Scenario => ({
  ...frozenAt(name, api),
  fault: `two of a group, each frozen in turn before ${api} reaches the broker`,
  smoke: false,
  transformers: 2,
  attack: async (stage) => {
    for (let round = 0; round < ROUNDS; round += 1) {
      const zombie = stage.members('transformer')[round % 2];
      if (zombie === undefined) throw new Error('a transformer is missing');
      const point = await freezeAt(stage, zombie, api);
      await sleep(SESSION_MS);
      await stage.progress(1_000);
      point.release();
      zombie.service.signal('SIGCONT');
      await stage.ready();
      await stage.settled();
    }
    return ROUNDS;
  },
});

export const ZOMBIE_SCENARIOS: readonly Scenario[] = [
  frozenAt('zombie-produce', 'Produce'),
  frozenAt('zombie-offset', 'AddOffsetsToTxn'),
  frozenAt('zombie-end', 'EndTxn'),
  lateCommit,
  lateEndTxn,
  frozenInTurn('zombies-produce', 'Produce'),
  frozenInTurn('zombies-offset', 'AddOffsetsToTxn'),
  frozenInTurn('zombies-end', 'EndTxn'),
];

function isRequest({ direction, api, clientId }: Frame, wanted: Api, sender: Member): boolean {
  return direction === 'request' && api === wanted && clientId === sender.clientId;
}

/** Stops a service with a request of this kind on its way: held before the broker. */
async function freezeAt(stage: Stage, zombie: Member, api: Api): Promise<MarkedPoint> {
  const point = stage.proxy.holdFirst((frame) => isRequest(frame, api, zombie));
  await reached(stage, point, api);
  zombie.service.signal('SIGSTOP');
  return point;
}
