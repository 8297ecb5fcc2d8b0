import type { Engine } from './engine.ts';

/** Removes a network with every container in it: this run's, and what an earlier one left that was killed. */
export async function removeNetwork(engine: Engine, network: string): Promise<void> {
  const found = await engine.docker(['ps', '--all', '--quiet', '--filter', `network=${network}`]);
  const containers = found.split('\n').filter((id) => id !== '');
  if (containers.length > 0) await engine.docker(['rm', '--force', '--volumes', ...containers]);
  // There may be none.
  await engine.docker(['network', 'rm', network]).catch(() => undefined);
}
