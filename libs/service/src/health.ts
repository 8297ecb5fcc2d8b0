/** A part of the service that can say why it is not well. Answers from memory: never asks the broker. */
export interface HealthPart {
  /** @returns why the process must be replaced, or undefined */
  notLive?(): string | undefined;
  /** @returns why the service cannot do its work now, or undefined */
  notReady?(): string | undefined;
}

/** The parts of a service that have a say in its probes. */
export class Health {
  readonly #parts = new Map<string, HealthPart>();

  /** @param name unique among the parts; shown in the answers of the probes */
  register(name: string, part: HealthPart): void {
    if (this.#parts.has(name)) throw new Error(`A health part named ${name} is registered already`);
    this.#parts.set(name, part);
  }

  /** @returns what each part says that has a say in the matter: why not, or undefined */
  reasons(matter: keyof HealthPart): ReadonlyMap<string, string | undefined> {
    const reasons = new Map<string, string | undefined>();
    for (const [name, part] of this.#parts) {
      if (part[matter]) reasons.set(name, part[matter]());
    }
    return reasons;
  }
}
