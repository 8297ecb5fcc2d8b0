import type { Apis } from '@login-pipeline/streams';
import type { AdminApis } from '../admin/admin-apis.ts';

/** All requests that the wire knows: those of the engine, and those of administrators. */
export interface WireApis extends Apis, AdminApis {}

export type ApiName = keyof WireApis;
export type RequestOf<Api extends ApiName> = WireApis[Api]['request'];
export type ResponseOf<Api extends ApiName> = WireApis[Api]['response'];
