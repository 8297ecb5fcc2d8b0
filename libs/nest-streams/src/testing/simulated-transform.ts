import type { CommitPlan } from '@login-pipeline/streams';
import { batchPlanner, readLimits, ReadMemory, TransformEngine } from '@login-pipeline/streams';
import type { SimulatedProcess } from '@login-pipeline/streams/testing';
import type { BatchTransport } from '../nest/batch-transport.ts';
import type { TransformTopics } from '../settings/index.ts';

const MAX_MESSAGE_BYTES = 1_048_588;
const MEMORY_BYTES = 64 * 1024 * 1024;

/**
 * Runs the handler of a stream in a process of a simulated cluster, as the service runs it against
 * brokers: what the test does to the process, the network and the brokers comes from a seed, and
 * takes no time.
 *
 * @param transport inside Nest, with its handler
 */
export function startSimulatedTransform(
  process: SimulatedProcess,
  transport: BatchTransport<CommitPlan>,
  { inputTopic, outputTopic, deadLetterTopic, groupId }: TransformTopics,
): void {
  const target = (topic: string) => ({ topic, maxMessageBytes: MAX_MESSAGE_BYTES });
  const engine = new TransformEngine({
    ports: process,
    groupId,
    instance: process.name,
    input: inputTopic,
    targets: [outputTopic, deadLetterTopic],
    plan: batchPlanner({
      input: inputTopic,
      output: target(outputTopic),
      deadLetter: target(deadLetterTopic),
      codec: 'none',
      maxRecords: 1_000,
      encoder: process.encoder,
      handle: (batch) => transport.handle(batch),
      onShortened: () => undefined,
      onCommitted: () => undefined,
    }),
    reading: { limits: readLimits(), memory: new ReadMemory(MEMORY_BYTES) },
    lingerMs: 0,
    stallTimeoutMs: 60_000,
    onEvent: () => undefined,
    onFatal: (error) => {
      throw error;
    },
  });
  engine.start();
}
