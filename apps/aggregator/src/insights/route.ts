import type * as z from 'zod';
import type { Asked } from './insight.ts';

/** A list whose rows are JSON already, so that no question costs the serialising of them. */
export class JsonRows {
  readonly #rows: readonly string[];

  constructor(rows: readonly string[]) {
    this.#rows = rows;
  }

  toString(): string {
    return `[${this.#rows.join()}]`;
  }
}

/** Rows for those who ask for CSV. */
export interface Table {
  readonly columns: readonly string[];
  readonly rows: Iterable<readonly (string | number)[]>;
}

/** What a route answers to one question. */
export interface RouteAnswer {
  /** Equal for questions that have one answer. */
  readonly key: string;
  /** Members beside those that all answers have. */
  json(): Readonly<Record<string, unknown>>;
  table(): Table;
}

/** Answers questions about one state and one span of time. */
export interface Prepared<Query> {
  /** @param query as the route's schema has read it */
  answer(query: Query): RouteAnswer;
}

/** One route of an insight, below `/insights/`. */
export interface Route<Merged = unknown, Shape extends z.ZodRawShape = z.ZodRawShape> {
  readonly path: string;
  readonly summary: string;
  /** Beside the period. */
  readonly query: Shape;
  /** Of the answer's members. */
  readonly shape: z.ZodRawShape;
  /** Does once what all questions about one state and one span of time need. */
  prepare(asked: Asked<Merged>): Prepared<z.infer<z.ZodObject<Shape>>>;
}

/** @returns the route, whose questions have the type of its schema */
export function route<Merged, Shape extends z.ZodRawShape>(
  definition: Route<Merged, Shape>,
): Route<Merged> {
  return definition;
}
