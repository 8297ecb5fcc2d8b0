/** What the transactional ids of an instance are made of. */
export interface InstanceName {
  readonly groupId: string;
  /** The input. */
  readonly topic: string;
  /** Another one for each process, those before it included; without a slash. */
  readonly instance: string;
}

/** No topic's name can hold it: so different groups, topics and instances have different ids. */
const SEPARATOR = '/';

/** @returns what the transactional ids of all instances begin with: access may be granted by it */
export function transactionalIdPrefix({ groupId, topic }: Omit<InstanceName, 'instance'>): string {
  return [groupId, topic, ''].join(SEPARATOR);
}

/** @param turn an instance has several ids, which take turns */
export function transactionalId(name: InstanceName, turn: number): string {
  return `${transactionalIdPrefix(name)}${name.instance}${SEPARATOR}${turn}`;
}

/** @returns the instance whose id it is; undefined where it is another group's or topic's */
export function instanceOf(id: string, name: Omit<InstanceName, 'instance'>): string | undefined {
  const prefix = transactionalIdPrefix(name);
  if (!id.startsWith(prefix)) return undefined;
  const [instance, turn, ...more] = id.slice(prefix.length).split(SEPARATOR);
  return turn === undefined || more.length > 0 ? undefined : instance;
}
