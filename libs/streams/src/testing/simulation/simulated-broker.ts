import type { ApiName, RequestOf, ResponseOf } from '../../protocol/apis.ts';
import { EMPTY_IMAGE } from './broker/controller.ts';
import type { ClusterImage, ControlledBroker } from './broker/controller.ts';
import type { Caller } from './broker/environment.ts';
import type { Handlers } from './broker/handlers.ts';

/** A broker: whether it runs, and what it knows of the cluster. Its logs outlive it. */
export class SimulatedBroker implements ControlledBroker {
  readonly id: number;
  isUp = true;
  isStopping = false;
  isAvailable = true;
  /** Goes up each time that it stops: what was under way then ends. */
  incarnation = 0;
  image: ClusterImage = EMPTY_IMAGE;
  handlers: Handlers | undefined;

  constructor(id: number) {
    this.id = id;
  }

  handle<Api extends ApiName>(
    api: Api,
    request: RequestOf<Api>,
    answer: (response: ResponseOf<Api>) => void,
    caller: Caller,
  ): void {
    this.handlers?.[api](this, request, answer, caller);
  }
}
