import { describe, expect, it } from '@jest/globals';
import type { RequestOf, ResponseOf, WireApiName } from '@login-pipeline/streams';
import { bodyOf } from '../testing/fake-broker.ts';
import type { ApiCodec } from './api-codec.ts';
import { versionOf } from './api-codec.ts';
import { API_CODECS } from './codecs.ts';
import { RequestWriter } from './request-writer.ts';
import { ResponseReader } from './response-reader.ts';
import { ADMIN_MESSAGES } from './testing/admin-messages.ts';
import { ENGINE_MESSAGES } from './testing/engine-messages.ts';
import { JAVA_MESSAGES } from './testing/java-messages.ts';
import type { ExpectedMessages } from './testing/expected-messages.ts';

const OUR_MESSAGES: ExpectedMessages<WireApiName> = { ...ENGINE_MESSAGES, ...ADMIN_MESSAGES };

function encoded<Api extends WireApiName>(codec: ApiCodec<Api>, request: RequestOf<Api>): string {
  const writer = new RequestWriter();
  codec.encode(writer, request);
  return bodyOf(writer).toString('hex');
}

/** @returns what is read, and how many bytes are left of it */
function decoded<Api extends WireApiName>(
  codec: ApiCodec<Api>,
  bytes: Buffer,
  request: RequestOf<Api>,
): { readonly response: ResponseOf<Api>; readonly left: number } {
  const reader = new ResponseReader(bytes);
  return { response: codec.decode(reader, request), left: reader.left };
}

function describeApi<Api extends WireApiName>(api: Api, codec: ApiCodec<Api>): void {
  const { request, response } = OUR_MESSAGES[api];
  const java = JAVA_MESSAGES[api];

  describe(api, () => {
    it('is asked in the version of the Java client’s bytes, and as it asks', () => {
      expect(versionOf(codec, request)).toBe(java.version);
      expect(encoded(codec, request)).toBe(java.request);
    });

    it('is understood as the Java client means it, to the last byte', () => {
      const bytes = Buffer.from(java.response, 'hex');
      expect(decoded(codec, bytes, request)).toEqual({ response, left: 0 });
    });

    it('is refused when it is cut off anywhere', () => {
      const bytes = Buffer.from(java.response, 'hex');
      for (let end = 0; end < bytes.length; end += 1) {
        expect(() => decoded(codec, bytes.subarray(0, end), request)).toThrow(
          'it ends before what has to be in it',
        );
      }
    });
  });
}

for (const [api, codec] of Object.entries(API_CODECS)) {
  describeApi(api as WireApiName, codec as unknown as ApiCodec<WireApiName>);
}
