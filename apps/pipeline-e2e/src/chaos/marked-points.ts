import type { Frame, MarkedPoint } from './fault-proxy.ts';
import type { Stage } from './stage.ts';

/** @returns the frame that is held at a marked point, once it is there */
export async function reached(stage: Stage, point: MarkedPoint, what: string): Promise<Frame> {
  let frame: Frame | undefined;
  void point.reached.then((it) => (frame = it));
  await stage.until(what, () => frame !== undefined);
  return point.reached;
}

/** Releases a request and waits until the broker has answered it, whether or not its sender still listens. */
export async function answeredAfter(stage: Stage, point: MarkedPoint): Promise<Frame> {
  const { api, clientId, transactionalId, port } = await point.reached;
  const answer = stage.proxy.holdFirst(
    (frame) =>
      frame.direction === 'response' &&
      frame.api === api &&
      frame.port === port &&
      frame.clientId === clientId &&
      frame.transactionalId === transactionalId,
  );
  point.release();
  const frame = await reached(stage, answer, `the answer to ${api}`);
  answer.release();
  return frame;
}
