import * as z from 'zod';
import { FLOW } from '../flow/flow-answer.ts';
import {
  answerSchema,
  INSIGHTS,
  INSIGHTS_QUERY,
  LEDGER,
  NO_QUERY,
  PROBLEM,
  querySchema,
} from './schemas.ts';
import { INSIGHT_ROUTES } from './shared-answers.ts';

type JsonSchema = z.core.JSONSchema.BaseSchema;

const OF_INSIGHTS = [...INSIGHT_ROUTES.values()].map(({ insight, route }) => ({
  path: `/insights/${route.path}`,
  summary: route.summary,
  query: querySchema(route.query),
  answer: nameOf(route.path),
  schema: answerSchema(insight, route),
}));

const ANSWERS: Readonly<Record<string, z.ZodType>> = {
  Insights: INSIGHTS,
  ...Object.fromEntries(OF_INSIGHTS.map(({ answer, schema }) => [answer, schema])),
  Ledger: LEDGER,
  Flow: FLOW,
  Problem: PROBLEM,
};

/** One documented route; all are `GET`. */
interface Route {
  readonly path: string;
  readonly summary: string;
  readonly query?: z.ZodObject;
  /** Name of its schema, or what else it is. */
  readonly answer: string;
  /** Whether it can be had as CSV. */
  readonly isTable?: boolean;
  /** What beside 200 may come of it; 400, 429 and 503 may always. */
  readonly problems?: Readonly<Record<number, string>>;
}

const EVENTS = 'text/event-stream';

const ROUTES: readonly Route[] = [
  {
    path: '/insights',
    summary: 'All insights, since the beginning or of a period',
    query: INSIGHTS_QUERY,
    answer: 'Insights',
  },
  ...OF_INSIGHTS.map((route) => ({ ...route, isTable: true })),
  {
    path: '/insights/stream',
    summary: 'All insights as server-sent events, at most one a second',
    query: INSIGHTS_QUERY,
    answer: EVENTS,
    problems: { 503: 'The service is busy, or too many clients follow the stream.' },
  },
  {
    path: '/ledger',
    summary: 'What became of every record: consumed = counted + expired + invalid',
    answer: 'Ledger',
  },
  { path: '/flow', summary: 'What the transformer did with every input record', answer: 'Flow' },
];

/** Route of a path in the document, for the page that shows it. */
export interface Operation {
  readonly operationId: string;
  readonly summary: string;
  readonly parameters: readonly Parameter[];
  readonly responses: Readonly<Record<string, object>>;
}

interface Parameter {
  readonly name: string;
  readonly in: 'query';
  readonly required: false;
  readonly description: string | undefined;
  readonly schema: JsonSchema;
}

export interface OpenApiDocument {
  readonly openapi: '3.1.1';
  readonly info: { readonly title: string; readonly version: string; readonly description: string };
  readonly paths: Readonly<Record<string, { readonly get: Operation }>>;
  readonly components: { readonly schemas: Readonly<Record<string, JsonSchema>> };
}

/**
 * The OpenAPI 3.1 document of the insights' routes, made from the schemas that validate queries and type answers.
 *
 * @param version of the service
 */
export function openApiDocument(version: string): OpenApiDocument {
  return {
    openapi: '3.1.1',
    info: {
      title: 'Login insights',
      version,
      description:
        'Insights into processed logins. Every replica answers for the whole pipeline; equal ' +
        '`asOf.partitions` mean equal answers of equal periods. All times are UTC. Unknown query members are refused.',
    },
    paths: Object.fromEntries(
      ROUTES.map((route) => [route.path, { get: operation(route) }] as const),
    ),
    components: {
      // As input, so that a reader must put up with members that later versions add.
      schemas: Object.fromEntries(
        Object.entries(ANSWERS).map(([name, schema]) => [
          name,
          bare(z.toJSONSchema(schema, { io: 'input' })),
        ]),
      ),
    },
  };
}

function operation(route: Route): Operation {
  const { path, summary, query = NO_QUERY, answer, problems } = route;
  return {
    operationId: path.slice(1).replace(/\W(\w)/g, (_match, letter: string) => letter.toUpperCase()),
    summary,
    parameters: parametersOf(query),
    responses: {
      ...(answer === EVENTS ? eventsAnswer() : dataAnswer(answer, route.isTable === true)),
      400: problem('The query has faults.'),
      429: problem('Too many requests.'),
      503: problem('The service is busy.'),
      ...Object.fromEntries(
        Object.entries(problems ?? {}).map(([status, text]) => [status, problem(text)]),
      ),
    },
  };
}

function parametersOf(query: z.ZodObject): Parameter[] {
  return Object.entries(query.shape).map(([name, member]) => {
    const { description, ...schema } = bare(z.toJSONSchema(member));
    return { name, in: 'query', required: false, description, schema };
  });
}

function dataAnswer(name: string, isTable: boolean): Record<number, object> {
  return {
    200: {
      description: 'The answer.',
      headers: { etag: { schema: { type: 'string' }, description: 'Changes with the answer.' } },
      content: {
        'application/json': { schema: reference(name) },
        ...(isTable && { 'text/csv': { schema: { type: 'string' } } }),
      },
    },
    304: { description: 'The client has the answer already.' },
  };
}

function eventsAnswer(): Record<number, object> {
  return {
    200: {
      description: 'Each event holds what `/insights` answers.',
      content: { 'text/event-stream': { schema: { type: 'string' } } },
    },
  };
}

function problem(description: string): object {
  return { description, content: { 'application/problem+json': { schema: reference('Problem') } } };
}

function reference(name: string): object {
  return { $ref: `#/components/schemas/${name}` };
}

/** `DeviceTypes` of `device-types`. */
function nameOf(path: string): string {
  return path.replace(/(?:^|-)(\w)/g, (_match, letter: string) => letter.toUpperCase());
}

/** Without what says that a schema is a document of its own. */
function bare(schema: JsonSchema): JsonSchema {
  const rest = { ...schema };
  delete rest.$schema;
  return rest;
}
