import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { loadSettings } from '@login-pipeline/config';
import { BatchTransport } from '@login-pipeline/nest-streams';
import { aLogin } from '@login-pipeline/schema/testing';
import { createHttpApp } from '@login-pipeline/service';
import { testContext } from '@login-pipeline/service/testing';
import type { CommitPlan, ConsumedBatch } from '@login-pipeline/streams';
import { FuseBlownError } from '@login-pipeline/streams';
import type { INestApplication } from '@nestjs/common';
import { LOGINS } from './login.controller.ts';
import { SETTINGS } from './settings.ts';
import { TransformerModule } from './transformer.module.ts';

const LOGIN = JSON.stringify(aLogin({ app_version: '2.0.0' }));

const settings = loadSettings(SETTINGS, { DEAD_LETTER_MAX_RATIO: '0.5' });

let app: INestApplication;
let transport: BatchTransport;

beforeEach(async () => {
  const context = testContext(settings, { name: 'transformer' });
  app = await createHttpApp(TransformerModule.register(settings), context);
  transport = app.get(BatchTransport, { strict: false });
  // It connects only when it has to listen.
  app.connectMicroservice({ strategy: transport });
});

afterEach(() => app.close());

/** Hands a batch to what Nest has registered for the logins, as the transport does. */
async function plan(values: readonly string[], first = 0): Promise<CommitPlan> {
  const batch: ConsumedBatch = {
    topic: 'user-login',
    partition: 4,
    nextOffset: BigInt(first + values.length),
    records: values.map((value, index) => ({
      offset: String(first + index),
      timestamp: '1734547631000',
      key: null,
      value: Buffer.from(value),
    })),
  };
  return (await transport.handle(batch)) as CommitPlan;
}

describe('LoginController, inside Nest', () => {
  it('is the handler of the logins, and the only one', () => {
    expect([...transport.getHandlers().keys()]).toEqual([LOGINS]);
  });

  it('plans a batch by the settings: emit, drop, dead letter', async () => {
    const other = LOGIN.replace('2.0.0', '2.3.0');
    const { outputs, dropped, deadLetters, reasons, nextOffset } = await plan([LOGIN, other, '{}']);
    expect(outputs.map(({ value }) => String(value))).toEqual([
      LOGIN.replace(/}$/, ',"processed": true}'),
    ]);
    expect({ dropped, nextOffset, reasons }).toEqual({
      dropped: 1,
      nextOffset: 3n,
      reasons: new Map([['invalid_user_id', 1]]),
    });
    expect(Object.fromEntries(deadLetters[0]?.headers ?? [])).toMatchObject({
      'x-dead-letter-service': 'transformer@1.2.3',
      'x-dead-letter-topic': 'user-login',
      'x-dead-letter-partition': '4',
      'x-dead-letter-offset': '2',
    });
  });

  it('lets an error through as it is, so that its message reaches the operator', async () => {
    const blown = plan(new Array<string>(1_000).fill('{}'));
    await expect(blown).rejects.toBeInstanceOf(FuseBlownError);
    await expect(blown).rejects.toMatchObject({
      code: 'FUSE_BLOWN',
      message: expect.stringContaining('DEAD_LETTER_MAX_RATIO=0.5') as unknown,
    });
  });

  it('counts over batches: the fuse belongs to the service', async () => {
    const part = new Array<string>(600).fill('{}');
    await expect(plan(part)).resolves.toMatchObject({ nextOffset: 600n });
    // The same records again, because their transaction failed, are no further ones.
    await expect(plan(part)).resolves.toMatchObject({ nextOffset: 600n });
    await expect(plan(part, 600)).rejects.toBeInstanceOf(FuseBlownError);
  });
});
