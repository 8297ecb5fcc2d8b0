import Type from 'typebox';
import type { Static } from 'typebox';
import { LOGIN_MEMBERS, MARK_MEMBERS, MAX_TEXT } from './members.ts';
import type { Kind, Member, Members } from './members.ts';

/** The largest time ECMAScript's Date holds, epoch milliseconds (ECMA-262, "Time Values and Time Range"). */
export const MAX_TIME_MS = 8.64e15;

/** Decimal digits with an optional fraction, up to MAX_TIME_MS; bounded repeats keep the match linear. */
export const NUMERIC_TIME =
  '^(?:(?:[0-9]{1,15}|[0-7][0-9]{15}|8[0-5][0-9]{14}|86[0-3][0-9]{13})(?:\\.[0-9]+)?|8640{13}(?:\\.0+)?)$';

/** Any version and case (RFC 9562, section 4). A pattern, because validators differ in what `format: uuid` allows. */
export const UUID = '^[0-9A-Fa-f]{8}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{12}$';

/**
 * Draft 7 says all that these schemas do, and it is the last one that registries compare with its predecessors: they
 * refuse later ones, or break.
 */
const DRAFT = 'http://json-schema.org/draft-07/schema#';

/** What each kind of member may hold. */
const KINDS = {
  uuid: (about) => Type.String({ ...about, pattern: UUID }),
  text: (about) => Type.String({ ...about, minLength: 1, maxLength: MAX_TEXT }),
  ip: (about) =>
    Type.Union([Type.String({ format: 'ipv4' }), Type.String({ format: 'ipv6' })], about),
  time: (about) =>
    Type.Union(
      [Type.Number({ minimum: 0, maximum: MAX_TIME_MS }), Type.String({ pattern: NUMERIC_TIME })],
      about,
    ),
  mark: (about) => Type.Literal(true, about),
} as const satisfies Record<Kind, (about: { readonly description: string }) => Type.TSchema>;

/** A login as a schema: types, validator and JSON Schema file all come from it. */
export const LOGIN_SCHEMA = Type.Object(schemasOf(LOGIN_MEMBERS), {
  $schema: DRAFT,
  $id: 'urn:login-pipeline:schema:user-login',
  title: 'User login',
  description: 'A login as its source reports it. Other members are allowed and carried over.',
});

/** A processed login as a schema. */
export const PROCESSED_LOGIN_SCHEMA = Type.Object(
  schemasOf({ ...LOGIN_MEMBERS, ...MARK_MEMBERS }),
  {
    $schema: DRAFT,
    $id: 'urn:login-pipeline:schema:processed-user-login',
    title: 'Processed user login',
    description: 'A login that passed validation and filter. Other members are carried over.',
  },
);

/** A valid login, as decoded; it may hold more members than these. */
export type Login = Readonly<Static<typeof LOGIN_SCHEMA>>;

/** A valid login with `processed: true`. */
export type ProcessedLogin = Readonly<Static<typeof PROCESSED_LOGIN_SCHEMA>>;

type SchemaOf<Declared extends Member> = ReturnType<(typeof KINDS)[Declared['kind']]>;

type SchemasOf<Declared extends Members> = {
  -readonly [Name in keyof Declared]: Declared[Name] extends { readonly optional: true }
    ? Type.TOptional<SchemaOf<Declared[Name]>>
    : SchemaOf<Declared[Name]>;
};

function schemasOf<Declared extends Members>(members: Declared): SchemasOf<Declared> {
  const schemas = Object.entries(members).map(([name, { kind, description, optional }]) => {
    const schema = KINDS[kind]({ description });
    return [name, optional === true ? Type.Optional(schema) : schema];
  });
  return Object.fromEntries(schemas) as SchemasOf<Declared>;
}
