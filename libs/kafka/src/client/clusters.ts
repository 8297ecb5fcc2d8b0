import type { Kafka } from 'kafkajs';

/** What a client of kafkajs makes its consumers, producers and admins from. */
type CreateCluster<Cluster> = (options: object) => Cluster;

/** @returns the member of a client that makes clusters: kafkajs hides it behind a symbol */
export function clusterMaker<Cluster>(kafka: Kafka): {
  readonly name: symbol;
  readonly create: CreateCluster<Cluster>;
} {
  const hidden = kafka as unknown as Record<symbol, CreateCluster<Cluster>>;
  const name = Object.getOwnPropertySymbols(hidden).find(
    ({ description }) => description === 'private:Kafka:createCluster',
  );
  const create = name === undefined ? undefined : hidden[name];
  if (name === undefined || create === undefined) throw new Error('kafkajs has changed inside');
  return { name, create };
}
