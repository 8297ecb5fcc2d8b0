import type { ApiName, RequestOf } from '../wire-apis.ts';

/** What JavaMessages.java writes, as the engine's types have it. */
export type ExpectedMessages<Api extends ApiName> = {
  readonly [One in Api]: {
    readonly request: RequestOf<One>;
    /** Records, which are views, are compared by themselves. */
    readonly response: unknown;
  };
};

export const topic = 'tópic';
export const topicId = '0123456789abcdeffedcba9876543210';
export const partition = 2;
export const here = { topic, partition };
