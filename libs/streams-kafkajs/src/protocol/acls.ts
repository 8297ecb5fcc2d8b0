import { errorName, OPERATIONS, PATTERNS, RESOURCES } from '@login-pipeline/streams';
import type { Acl, AdminOutcome } from '@login-pipeline/streams';
import type { ApiCodec } from './api-codec.ts';
import type { RequestWriter } from './request-writer.ts';
import type { ResponseReader } from './response-reader.ts';

/** What matches all resources, patterns and operations. */
const ANY = 1;
/** `AclPermissionType` of Kafka's source. */
const ALLOW = 3;
const ANY_HOST = '*';

export const DESCRIBE_ACLS: ApiCodec<'DescribeAcls'> = {
  key: 29,
  version: 3,
  encode: (writer) => {
    writer.int8(ANY);
    writer.nullableString(undefined); // of any name
    writer.int8(ANY);
    writer.nullableString(undefined); // of each principal
    writer.nullableString(undefined); // from each host
    writer.int8(ANY);
    writer.int8(ALLOW);
    writer.end();
  },
  decode: (reader) => {
    reader.int32(); // throttle time
    const outcome = readOutcome(reader);
    const acls = reader.array(() => readResource(reader)).flat();
    reader.end();
    return { ...outcome, acls };
  },
};

function readResource(reader: ResponseReader): readonly Acl[] {
  const resource = wordOf(RESOURCES, reader.int8());
  const name = reader.string();
  const pattern = wordOf(PATTERNS, reader.int8());
  const acls = reader.array((): readonly Acl[] => {
    const principal = reader.string();
    const host = reader.string();
    const operation = wordOf(OPERATIONS, reader.int8());
    const permission = reader.int8();
    reader.end();
    if (resource === undefined || pattern === undefined || operation === undefined) return [];
    if (host !== ANY_HOST || permission !== ALLOW) return [];
    return [{ principal, resource, name, pattern, operation }];
  });
  reader.end();
  return acls.flat();
}

export const CREATE_ACLS: ApiCodec<'CreateAcls'> = {
  key: 30,
  version: 3,
  encode: writeAcls,
  decode: (reader) => {
    reader.int32(); // throttle time
    const outcomes = reader.array(() => {
      const outcome = readOutcome(reader);
      reader.end();
      return outcome;
    });
    reader.end();
    return { outcomes };
  },
};

function writeAcls(writer: RequestWriter, { acls }: { readonly acls: readonly Acl[] }): void {
  writer.array(acls, ({ principal, resource, name, pattern, operation }) => {
    writer.int8(RESOURCES[resource]);
    writer.string(name);
    writer.int8(PATTERNS[pattern]);
    writer.string(principal);
    writer.string(ANY_HOST);
    writer.int8(OPERATIONS[operation]);
    writer.int8(ALLOW);
    writer.end();
  });
  writer.end();
}

function readOutcome(reader: ResponseReader): AdminOutcome {
  return { error: errorName(reader.int16()), message: reader.nullableString() };
}

/** @returns undefined for what has no word here */
function wordOf<W extends string>(codes: Readonly<Record<W, number>>, code: number): W | undefined {
  return (Object.keys(codes) as W[]).find((word) => codes[word] === code);
}
