/** A line of an answer: its labels, and its values over time. */
export interface Line {
  readonly labels: Readonly<Record<string, string>>;
  readonly values: readonly number[];
}

/** A condition of a rule that holds now. */
export interface ActiveAlert {
  readonly labels: Readonly<Record<string, string>>;
  readonly state: 'pending' | 'firing';
}

/** Asks a Prometheus, by its HTTP API (https://prometheus.io/docs/prometheus/latest/querying/api). */
export class PrometheusApi {
  readonly #url: string;

  constructor(url: string) {
    this.#url = url;
  }

  /** @returns whether it takes requests */
  async isReady(): Promise<boolean> {
    try {
      return (await fetch(`${this.#url}/-/ready`)).ok;
    } catch {
      return false;
    }
  }

  /** @returns the expression's value now */
  async query(expr: string): Promise<readonly Line[]> {
    const { result } = await this.#get<Vector>('query', { query: expr });
    return result.map(({ metric, value }) => ({ labels: metric, values: [Number(value[1])] }));
  }

  /** @returns the expression's values from a time on, epoch ms, until now */
  async queryRange(expr: string, sinceMs: number, stepSeconds: number): Promise<readonly Line[]> {
    const { result } = await this.#get<Matrix>('query_range', {
      query: expr,
      start: String(sinceMs / 1_000),
      end: String(Date.now() / 1_000),
      step: String(stepSeconds),
    });
    return result.map(({ metric, values }) => ({
      labels: metric,
      values: values.map(([, value]) => Number(value)),
    }));
  }

  async alerts(): Promise<readonly ActiveAlert[]> {
    const { alerts } = await this.#get<{ readonly alerts: readonly ActiveAlert[] }>('alerts', {});
    return alerts;
  }

  /** @throws Error with what Prometheus has against the request */
  async #get<T>(path: string, parameters: Readonly<Record<string, string>>): Promise<T> {
    const query = new URLSearchParams(parameters).toString();
    const response = await fetch(`${this.#url}/api/v1/${path}?${query}`);
    const answer = (await response.json()) as { readonly data: T; readonly error?: string };
    if (!response.ok) throw new Error(answer.error ?? `status ${response.status}`);
    return answer.data;
  }
}

type Labels = Readonly<Record<string, string>>;
type Point = readonly [time: number, value: string];

interface Vector {
  readonly result: readonly { readonly metric: Labels; readonly value: Point }[];
}
interface Matrix {
  readonly result: readonly { readonly metric: Labels; readonly values: readonly Point[] }[];
}
