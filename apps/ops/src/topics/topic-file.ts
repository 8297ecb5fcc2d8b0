import { z } from 'zod';
import { readJsonFile } from '../json-file.ts';
import type { PipelineTopic } from './topic-table.ts';

const FILE = z
  .array(
    z.strictObject({
      topic: z.string().regex(/^[\w.-]{1,249}$/, 'expected a name that Kafka takes'),
      config: z.record(z.string(), z.string()).default({}),
    }),
  )
  .min(1);

/**
 * @param path of a JSON file like examples/orders/topics.json: topics, each with the settings that matter
 * @throws {Failure} that names the file and every wrong entry
 */
export function readTopicFile(path: string): readonly PipelineTopic[] {
  return readJsonFile('--topics', path, FILE);
}
