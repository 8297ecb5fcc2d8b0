/** Beside an offset that `positions` committed: it is meant, wherever the group itself would go on. */
const BY_OPERATOR = 'set-by-operator';
/** Beside the offsets of a group that only shows them there: its positions are with its states, in that topic. */
const SNAPSHOTS = /(?:^| )snapshots=([\w.-]+)$/;

/** @returns the metadata with which a group commits whose positions are in a topic of snapshots */
export function snapshotMark(snapshotTopic: string): string {
  return `snapshots=${snapshotTopic}`;
}

/** @returns the topic that holds the group's positions, or undefined when they are its committed offsets */
export function snapshotTopicOf(metadata: string | null): string | undefined {
  return SNAPSHOTS.exec(metadata ?? '')?.[1];
}

/** @returns the metadata of an offset that an operator sets, for a group that keeps snapshots or, undefined, none */
export function operatorMark(snapshotTopic: string | undefined): string {
  return snapshotTopic === undefined
    ? BY_OPERATOR
    : `${BY_OPERATOR} ${snapshotMark(snapshotTopic)}`;
}

/** @returns whether an operator set the offset, and the group has committed none since */
export function isSetByOperator(metadata: string | null): boolean {
  return metadata?.split(' ', 1)[0] === BY_OPERATOR;
}
