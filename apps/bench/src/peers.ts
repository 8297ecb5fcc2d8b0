import type { Contender, Job } from './contender.ts';
import { buildNest, nest } from './peers/nest.ts';
import { buildPython, pythonMark } from './peers/python.ts';
import { buildStreams, streamsCount, streamsMark } from './peers/streams.ts';
import type { Peers } from './suites.ts';

export const NO_PEERS: Peers = () => [];

/**
 * Builds every peer.
 *
 * @param folder temporary, for bundles
 * @param onProgress told what is built, and which peer is left out for what reason
 */
export async function buildPeers(
  folder: string,
  onProgress: (line: string) => void,
): Promise<Peers> {
  const streams = await buildStreams(onProgress);
  const bundle = await buildNest(folder);
  const python = await buildPython(onProgress);
  const transformers: readonly Contender[] = [
    streamsMark(streams),
    nest(bundle, false),
    nest(bundle, true),
    ...(python === undefined ? [] : [pythonMark(python)]),
  ];
  return (job: Job, partitions: number) => {
    switch (job) {
      case 'transformer':
        return transformers;
      case 'aggregator':
        return [streamsCount(streams, partitions)];
      case 'pipeline':
        return [];
    }
  };
}
