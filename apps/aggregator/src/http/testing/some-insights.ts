import { afterAll, beforeAll } from '@jest/globals';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { PartitionState } from '../../state/partition-state.ts';
import { LIMITS, login, SOME_TIME_MS, stateOf, userId } from '../../state/testing/logins.ts';
import { answerSchema } from '../schemas.ts';
import { INSIGHT_ROUTES } from '../shared-answers.ts';
import { liveBoard, startApp } from './app.ts';

const MINUTE_MS = 60_000;

type Response = Awaited<ReturnType<NestFastifyApplication['inject']>>;

/** The HTTP side over two partitions: four logins of two users, one expired, one of the future and one that is none. */
class SomeInsights {
  readonly #app: NestFastifyApplication;

  private constructor(app: NestFastifyApplication) {
    this.#app = app;
  }

  static async start(): Promise<SomeInsights> {
    const first = new PartitionState(LIMITS);
    first.fold(
      login({ user_id: userId(2), device_type: 'IOS', app_version: '2.1.0', locale: '__proto__' }),
      SOME_TIME_MS + 2 * MINUTE_MS,
      SOME_TIME_MS + 2 * MINUTE_MS,
    );
    first.fold(login(), 0, SOME_TIME_MS);
    first.fold(login(), SOME_TIME_MS + 1e9, SOME_TIME_MS);
    first.foldInvalid(SOME_TIME_MS);
    first.nextOffset = 4n;
    const second = stateOf([SOME_TIME_MS, SOME_TIME_MS + MINUTE_MS, SOME_TIME_MS + MINUTE_MS]);
    return new SomeInsights(await startApp(liveBoard([first, second])));
  }

  get(url: string, headers: Record<string, string> = {}): Promise<Response> {
    return this.#app.inject({ method: 'GET', url, headers });
  }

  /** @returns the answer of a route, which is as its schema says and has no members beside */
  async answer(route: string, query = ''): Promise<Record<string, unknown>> {
    const known = INSIGHT_ROUTES.get(route);
    if (known === undefined) throw new Error(`there is no route ${route}`);
    const response = await this.get(`/insights/${route}${query}`);
    return answerSchema(known.insight, known.route).strict().parse(response.json());
  }

  close(): Promise<void> {
    return this.#app.close();
  }
}

/** Starts {@link SomeInsights} before the tests of a file, and closes it after them. */
export function someInsights(): Pick<SomeInsights, 'get' | 'answer'> {
  let some: SomeInsights | undefined;
  const started = (): SomeInsights => {
    if (some === undefined) throw new Error('the tests have not begun');
    return some;
  };
  beforeAll(async () => {
    some = await SomeInsights.start();
  });
  afterAll(() => some?.close());
  return {
    get: (url, headers) => started().get(url, headers),
    answer: (route, query) => started().answer(route, query),
  };
}
