import * as z from 'zod';
import { withTables } from '@login-pipeline/config';
import { CATALOGUE } from './catalogue.ts';
import type { Asked, Insight } from './insight.ts';
import type { Route } from './route.ts';

/** @returns docs/insights.md with the table of the routes as insights declare them */
export function withRoutesTable(document: string): string {
  const rows = CATALOGUE.flatMap((insight) =>
    insight.routes.map((route) => [
      `\`/insights/${route.path}\``,
      Object.keys(route.query).map(code).join(', '),
      route.summary,
      columnsOf(insight, route),
    ]),
  );
  const header = ['route', 'beside the period', 'tells', 'columns of its CSV'];
  return withTables(document, 'routes', [[header, ...rows]]);
}

/** @returns docs/snapshot-format.md with the table of what insights keep */
export function withInsightsTable(document: string): string {
  const rows = CATALOGUE.map(({ name, version, always, cells }) => [
    code(name),
    String(version),
    always.holds,
    cells === undefined ? '' : `${cells.of}: ${cells.holds}`,
  ]);
  const header = ['insight', 'version', 'since the beginning', 'of each'];
  return withTables(document, 'insights', [[header, ...rows]]);
}

/** Of each query that changes them, such as one for hours in place of minutes. */
function columnsOf(insight: Insight, route: Route): string {
  const prepared = route.prepare(withoutLogins(insight));
  const queries = [{}, ...Object.entries(route.query).flatMap(choicesOf)];
  const [first = [], ...others] = queries.map((query) => prepared.answer(query).table().columns);
  return first
    .map((column, at) => [...new Set([column, ...others.map((columns) => columns[at] ?? '')])])
    .map((names) => names.map(code).join(' or '))
    .join(', ');
}

function choicesOf([name, schema]: [string, z.core.$ZodType]): readonly Record<string, unknown>[] {
  const member = schema instanceof z.ZodOptional ? schema.unwrap() : schema;
  return member instanceof z.ZodEnum ? member.options.map((choice) => ({ [name]: choice })) : [];
}

function withoutLogins({ merging }: Insight): Asked<unknown> {
  return {
    merged: merging.empty(),
    always: merging.empty(),
    ...{ total: 0, from: 0, to: 0, fromMinute: 0, keptFrom: 0, today: 0, maxDistinctValues: 0 },
    cell: () => undefined,
  };
}

function code(text: string): string {
  return `\`${text}\``;
}
