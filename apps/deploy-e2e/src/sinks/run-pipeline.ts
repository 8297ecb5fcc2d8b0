import { join } from 'node:path';
import { freePorts, supervised } from '@login-pipeline/command';
import type { Supervised } from '@login-pipeline/command';
import { waitFor } from '@login-pipeline/nest-streams/testing';
import type { TestCluster } from '@login-pipeline/nest-streams/testing';

const DIST = join(import.meta.dirname, '../../../../dist/apps');

export type PipelineTopics = Readonly<
  Record<'input' | 'output' | 'dead' | 'snapshots' | 'counts', string>
>;

/** The built services after all logins have come through. */
export interface RunPipeline {
  /** Where the aggregator answers. */
  readonly insightsUrl: string;
  readonly stop: () => Promise<void>;
}

/**
 * Starts the built services on these topics and waits until the transformer has done what the generator wrote.
 *
 * @param logins how many, one in twenty of them bad
 * @param folder for the services' logs
 */
export async function runPipeline(
  cluster: TestCluster,
  topics: PipelineTopics,
  logins: number,
  folder: string,
): Promise<RunPipeline> {
  const services: Supervised[] = [];
  const [generatorPort = 0, transformerPort = 0, aggregatorPort = 0] = await freePorts(3);
  const start = (name: string, port: number, settings: NodeJS.ProcessEnv): Supervised => {
    const service = supervised(process.execPath, [join(DIST, name, 'main.js')], {
      logFile: join(folder, `${name}.log`),
      graceSeconds: 5,
      env: {
        KAFKA_BROKERS: cluster.connection.brokers.join(),
        HTTP_PORT: String(port),
        ...settings,
      },
    });
    services.push(service);
    return service;
  };
  const group = cluster.unique('transformer');
  start('transformer', transformerPort, {
    INPUT_TOPIC: topics.input,
    OUTPUT_TOPIC: topics.output,
    DEAD_LETTER_TOPIC: topics.dead,
    GROUP_ID: group,
    FILTER_APP_VERSIONS: '*',
  });
  start('aggregator', aggregatorPort, {
    INPUT_TOPIC: topics.output,
    SNAPSHOT_TOPIC: topics.snapshots,
    INSIGHT_COUNTS_TOPIC: topics.counts,
    GROUP_ID: cluster.unique('aggregator'),
  });
  const generator = start('data-generator', generatorPort, {
    OUTPUT_TOPIC: topics.input,
    COUNT: String(logins),
    RATE: '0',
    BAD_RATIO: '0.05',
  });
  const status = await generator.exited;
  if (status !== 0) throw new Error(`The generator ended with ${status}; its log is in ${folder}`);
  await waitFor('the transformer to be done', async () => {
    const committed = await cluster.committed(group, topics.input);
    return String(committed) === String(await cluster.ends(topics.input));
  });
  return {
    insightsUrl: `http://localhost:${aggregatorPort}/insights`,
    stop: async () => {
      await Promise.all(services.map((service) => service.kill()));
    },
  };
}
