import type { RequestOf, WireApiName } from '@login-pipeline/streams';

/** What JavaMessages.java writes, as the engine's types have it. */
export type ExpectedMessages<Api extends WireApiName> = {
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
