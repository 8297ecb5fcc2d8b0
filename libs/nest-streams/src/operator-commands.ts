/**
 * Where messages send an operator: the commands and the page of this repository. Who takes this library elsewhere has other
 * ones, and changes them here.
 */
export const OPERATOR = {
  createTopics: '"npm run topics"',
  startBroker: '"npm run kafka"',
  pageOfRights: 'docs/security.md',
} as const;

/** @returns the command that sets where a group goes on in a partition, once all of its members are stopped */
export function setPosition(
  groupId: string,
  { topic, partition }: { readonly topic: string; readonly partition: number },
  to: string,
): string {
  return `GROUP_ID=${groupId} INPUT_TOPIC=${topic} npm run positions -- set --partition ${partition} --to ${to}`;
}
