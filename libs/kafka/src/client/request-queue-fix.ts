import { createRequire } from 'node:module';

/** The part of kafkajs 2.2.4's request queue that the fix touches. */
interface RequestQueue {
  readonly pending: readonly unknown[];
  scheduleCheckPendingRequests: () => void;
  createSocketRequest: (pushed: Pushed) => { requestTimeout: number };
}
interface Pushed {
  readonly entry: { readonly apiKey: number };
}

/** Kafka protocol guide. */
const API_VERSIONS = 18;
/** A broker that is up answers the first request of a connection at once, however busy; one that is frozen never does. */
const FIRST_ANSWER_MS = 3_000;

const FIXED = Symbol.for('login-pipeline.request-queue-fix');

/**
 * Keeps kafkajs from setting a timer after every response although nothing waits for it: with an empty
 * queue it computes a large negative delay, of which Node 24 warns (kafkajs issue 1751), and the timer
 * then does nothing. A request that has to wait schedules the check itself.
 *
 * And gives up sooner on the first request of a connection, as kafkajs means to: the longer of two limits counts there.
 */
export function installRequestQueueFix(): void {
  const { prototype } = createRequire(import.meta.url)('kafkajs/src/network/requestQueue') as {
    prototype: RequestQueue & { [FIXED]?: true };
  };
  if (prototype[FIXED] === true) return;
  prototype[FIXED] = true;
  const schedule = prototype.scheduleCheckPendingRequests;
  prototype.scheduleCheckPendingRequests = function (this: RequestQueue) {
    if (this.pending.length > 0) schedule.call(this);
  };
  const create = prototype.createSocketRequest;
  prototype.createSocketRequest = function (this: RequestQueue, pushed: Pushed) {
    const request = create.call(this, pushed);
    if (pushed.entry.apiKey === API_VERSIONS) request.requestTimeout = FIRST_ANSWER_MS;
    return request;
  };
}
