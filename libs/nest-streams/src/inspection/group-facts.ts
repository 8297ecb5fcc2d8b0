import { ASSIGNOR, GroupInspection } from '@login-pipeline/streams';
import type { InspectedGroup, InspectedPosition, Ports } from '@login-pipeline/streams';
import { look } from './look.ts';
import type { Look } from './look.ts';

/** A consumer group, and the topic that it reads. */
export interface GroupName {
  readonly groupId: string;
  readonly topic: string;
}

export interface GroupFacts extends GroupName {
  readonly group: Look<InspectedGroup>;
  /** Whether it has members of another kind than the services. */
  readonly hasForeigners: boolean;
  readonly positions: Look<readonly InspectedPosition[]>;
}

/** Looks at a group of either kind, classic or of KIP-848. */
export async function groupFacts(ports: Ports, name: GroupName): Promise<GroupFacts> {
  const inspection = new GroupInspection(ports, name);
  const [group, positions] = await Promise.all([
    look(() => inspection.describe()),
    look(() => inspection.positions()),
  ]);
  return {
    ...name,
    group,
    hasForeigners: 'found' in group && hasForeigners(group.found),
    positions,
  };
}

function hasForeigners({ kind, members, assignor }: InspectedGroup): boolean {
  if (members.length === 0) return false;
  // Between two generations there is no assignor.
  return kind === 'consumer' || (assignor !== '' && assignor !== ASSIGNOR);
}
