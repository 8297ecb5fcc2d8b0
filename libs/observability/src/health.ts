/** A part of the service that can say why it is not well. Answers from memory: never asks the broker. */
export interface HealthPart {
  /** @returns why the process must be restarted, or undefined */
  live?(): string | undefined;
  /** @returns why the service cannot do its work now, or undefined */
  ready?(): string | undefined;
}

export interface HealthReport {
  readonly ok: boolean;
  /** By part: `ok`, or what is wrong. */
  readonly checks: Readonly<Record<string, string>>;
}

/** The parts of a service that have a say in its probes. */
export class Health {
  readonly #parts = new Map<string, HealthPart>();

  /** @param name unique among the parts; shown in reports */
  register(name: string, part: HealthPart): void {
    if (this.#parts.has(name)) throw new Error(`A health part named ${name} is registered already`);
    this.#parts.set(name, part);
  }

  /** Whether the process should go on, or be restarted. */
  live(): HealthReport {
    return this.#report('live');
  }

  /** Whether the service can do its work now. */
  ready(): HealthReport {
    return this.#report('ready');
  }

  #report(probe: keyof HealthPart): HealthReport {
    const checks: Record<string, string> = {};
    let ok = true;
    for (const [name, part] of this.#parts) {
      if (!part[probe]) continue;
      const reason = part[probe]();
      checks[name] = reason ?? 'ok';
      ok &&= reason === undefined;
    }
    return { ok, checks };
  }
}
