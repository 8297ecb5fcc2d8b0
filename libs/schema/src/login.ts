import Type from 'typebox';
import type { Static } from 'typebox';

/** The largest time ECMAScript's Date holds, epoch milliseconds (ECMA-262, "Time Values and Time Range"). */
export const MAX_TIME_MS = 8.64e15;

/** Decimal digits with an optional fraction, up to MAX_TIME_MS; bounded repeats keep the match linear. */
export const NUMERIC_TIME =
  '^(?:(?:[0-9]{1,15}|[0-7][0-9]{15}|8[0-5][0-9]{14}|86[0-3][0-9]{13})(?:\\.[0-9]+)?|8640{13}(?:\\.0+)?)$';

/** Any version and case (RFC 9562, section 4). A pattern, because validators differ in what `format: uuid` allows. */
export const UUID = '^[0-9A-Fa-f]{8}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{12}$';

/** Non-empty, up to 64 characters: code points, as JSON Schema counts. */
function shortText(description: string): Type.TString {
  return Type.String({ description, minLength: 1, maxLength: 64 });
}

/**
 * Draft 7 says all that these schemas do, and it is the last one that registries compare with its predecessors: they
 * refuse later ones, or break.
 */
const DRAFT = 'http://json-schema.org/draft-07/schema#';

// The order of the members is part of the contract: the first faulty one gives the reason.
const MEMBERS = {
  user_id: Type.String({
    description: 'Who logged in: a UUID of any version, in upper or lower case.',
    pattern: UUID,
  }),
  app_version: shortText('Version of the app, such as 2.3.0.'),
  device_type: shortText('Kind of device, such as android or iOS, in any case.'),
  ip: Type.Union([Type.String({ format: 'ipv4' }), Type.String({ format: 'ipv6' })], {
    description: 'Address of the device: IPv4 or IPv6, without zone id or prefix length.',
  }),
  locale: shortText('Where the user is, such as the US state TX, or RU.'),
  timestamp: Type.Union(
    [Type.Number({ minimum: 0, maximum: MAX_TIME_MS }), Type.String({ pattern: NUMERIC_TIME })],
    {
      description:
        'When the user logged in: epoch seconds, or epoch milliseconds from 100000000000 on; a number or its decimal digits as a string.',
    },
  ),
};

/** The one definition of a login: types, validator and JSON Schema file all come from it. */
export const LOGIN_SCHEMA = Type.Object(MEMBERS, {
  $schema: DRAFT,
  $id: 'urn:login-pipeline:schema:user-login',
  title: 'User login',
  description: 'A login as its source reports it. Other members are allowed and carried over.',
});

/** The one definition of a processed login. */
export const PROCESSED_LOGIN_SCHEMA = Type.Object(
  {
    ...MEMBERS,
    processed: Type.Literal(true, { description: 'Marks a login that passed the transformer.' }),
  },
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
