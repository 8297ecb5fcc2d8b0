import { afterAll, afterEach, beforeAll, expect, it } from '@jest/globals';
import { createHttpApp } from '@login-pipeline/service';
import { testContext } from '@login-pipeline/service/testing';
import { Controller } from '@nestjs/common';
import type { INestApplication } from '@nestjs/common';
import { JsonStates } from '../snapshots/json-states.ts';
import { TestCluster } from '../testing/test-cluster.ts';
import { RecordHandler } from './batch-handler.ts';
import { StreamsModule } from './streams.module.ts';

@Controller()
class Handler {
  @RecordHandler('absent')
  fold(): void {
    throw new Error('There are no records');
  }
}

let cluster: TestCluster;
let app: INestApplication;

beforeAll(() => {
  cluster = new TestCluster();
});
afterEach(() => app.close());
afterAll(() => cluster.close());

it.each([
  [undefined, ['INPUT_TOPIC', 'SNAPSHOT_TOPIC']],
  [{ inputTopic: 'OUTPUT_TOPIC' }, ['OUTPUT_TOPIC', 'SNAPSHOT_TOPIC']],
])('names the topics of a fold by the settings of its app: %j', async (settingNames, named) => {
  const inputTopic = cluster.unique('absent');
  const snapshotTopic = cluster.unique('absent');
  const fold = StreamsModule.fold({
    source: 'absent',
    settings: {
      ...{ kafka: cluster.connection, groupId: inputTopic, inputTopic, snapshotTopic },
      stallTimeoutMs: 60_000,
    },
    ...(settingNames !== undefined && { settingNames }),
    states: JsonStates,
    provide: () => new JsonStates(1, () => ({})),
  });
  const context = testContext({}, { logger: cluster.logger });
  app = await createHttpApp({ ...fold, controllers: [Handler] }, context);
  for (const strategy of context.transports) app.connectMicroservice({ strategy });
  await expect(app.startAllMicroservices()).rejects.toThrow(
    `"${inputTopic}" (${named[0] ?? ''}), "${snapshotTopic}" (${named[1] ?? ''})`,
  );
});
