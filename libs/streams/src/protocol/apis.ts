import type { AdminApis } from './admin-apis.ts';
import type { ClusterApis } from './cluster-apis.ts';
import type { GroupApis } from './group-apis.ts';
import type { LogApis } from './log-apis.ts';
import type { TransactionApis } from './transaction-apis.ts';

/**
 * The requests of the engine, by their names in the Kafka protocol guide. A message here is what
 * the engine has to say and to know; how a version of the protocol puts it is for the wire.
 */
export interface Apis extends ClusterApis, LogApis, GroupApis, TransactionApis {}

/** All requests that a client sends: those of the engine, and those of administrators. */
export interface WireApis extends Apis, AdminApis {}

/** The name of a request, as the Kafka protocol guide has it: `Fetch`, `JoinGroup`; the key of {@link Apis}. */
export type ApiName = keyof Apis;
/** The same of {@link WireApis}. */
export type WireApiName = keyof WireApis;
/** What a request says, in no version of the protocol in particular. */
export type RequestOf<Api extends WireApiName> = WireApis[Api]['request'];
/** What its answer says. Errors of Kafka are in it, each beside what it is about: they are not thrown. */
export type ResponseOf<Api extends WireApiName> = WireApis[Api]['response'];
