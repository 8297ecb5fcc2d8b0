import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { refusal, START_FAILURE_MS } from './failed-start.ts';
import { aclsIn, runTool, SecureKafka } from './secure-kafka.ts';
import type { AclEntry } from './secure-kafka.ts';
import { killServices, Service } from './service.ts';
import type { AppName } from './service.ts';
import { inGroups } from './side-by-side.ts';

const PIPELINE = aclsIn('acls.json');
const LAST_LOGIN = aclsIn('acls-last-login.json');
const COUNTS = aclsIn('acls-insight-counts.json');
const REDRIVE = aclsIn('acls-redrive.json');

describe('least privilege: each right in deploy/kafka is needed', () => {
  let kafka: SecureKafka;
  let users: ReadonlyMap<AclEntry | undefined, string>;
  beforeAll(async () => {
    kafka = await SecureKafka.start();
    const granted = await kafka.grantAllButOne('service', PIPELINE);
    users = new Map(granted.map(([name, lacks]) => [lacks, name]));
  });
  afterAll(async () => {
    await killServices();
    await kafka.stop();
  });

  describe('by the services', () => {
    beforeAll(async () => {
      // A right is missed at the start, even where a state is kept already and there is nothing to write.
      const aggregator = await kafka.run('aggregator', 'mutual-tls');
      await aggregator.ready();
      expect(await aggregator.stop()).toBe(0);
    });

    it.each(inGroups(PIPELINE.map((entry) => [textOf(entry), entry] as const)))(
      '%s',
      async (_, group) => {
        await Promise.all(
          group.map(async ([, entry]) => {
            const settings = await kafka.certified(users.get(entry) ?? '');
            const app = entry.principal.replace('User:', '') as AppName;
            const service = await Service.start(app, { ...settings, COUNT: '0', RATE: '0.001' });
            await expectConsequence(service, entry);
            if (service.exit === undefined) expect(await service.stop()).toBe(0);
          }),
        );
      },
    );
  });

  it('all rights that are missing on topics are told at once', async () => {
    const seen = PIPELINE.filter(({ principal }) => principal === 'User:transformer').map(
      (entry) => ({
        ...entry,
        principal: 'User:reader',
        operation: entry.operation === 'Write' ? 'Describe' : entry.operation,
      }),
    );
    await kafka.grant(kafka.write('reader.json', JSON.stringify(seen)));
    const service = await Service.start('transformer', await kafka.certified('reader'));
    expect(await refusal(service, START_FAILURE_MS)).toContain(
      'this user needs Write on topic "processed-user-login" (OUTPUT_TOPIC), ' +
        'Write on topic "user-login.dead-letter" (DEAD_LETTER_TOPIC)',
    );
  });

  describe('by the optional parts', () => {
    const WITH_LAST_LOGIN = { LAST_LOGIN_TOPIC: 'user-last-login', FILTER_APP_VERSIONS: '*' };
    let lastLogin: readonly (readonly [name: string, lacks: AclEntry])[];
    let counts: readonly (readonly [name: string, lacks: AclEntry])[];
    let redrive: readonly (readonly [name: string, lacks: AclEntry])[];

    beforeAll(async () => {
      const transformers = PIPELINE.filter(({ principal }) => principal === 'User:transformer');
      lastLogin = await kafka.grantAllButOne('last-login', LAST_LOGIN, transformers);
      const aggregators = PIPELINE.filter(({ principal }) => principal === 'User:aggregator');
      counts = await kafka.grantAllButOne('counts', COUNTS, aggregators);
      redrive = await kafka.grantAllButOne('redrive', REDRIVE);
      const all = [
        ...[...transformers, ...LAST_LOGIN].map((entry) => [entry, 'User:last-login'] as const),
        ...REDRIVE.map((entry) => [entry, 'User:redrive'] as const),
      ].map(([entry, principal]) => ({ ...entry, principal }));
      await kafka.grant(kafka.write('all.json', JSON.stringify(all)));

      // There is something to restore, something to redrive, and more to come.
      await kafka.run('data-generator', 'plain', { RATE: '50', BAD_RATIO: '0.1' });
      const transformer = await Service.start('transformer', {
        ...(await kafka.certified('last-login')),
        ...WITH_LAST_LOGIN,
      });
      await transformer.ready();
      await transformer.until('dead letters and logins', async () => {
        const metrics = await (await transformer.get('/metrics')).text();
        return ['emitted', 'dead_lettered'].every((outcome) =>
          new RegExp(`records_total{outcome="${outcome}"} [1-9]`).test(metrics),
        );
      });
      expect(await transformer.stop()).toBe(0);
    });

    it.each(LAST_LOGIN.map((entry, index) => [textOf(entry), index] as const))(
      'LAST_LOGIN_TOPIC: %s',
      async (_, index) => {
        const [name = '', lacks] = lastLogin[index] ?? [];
        const settings = await kafka.certified(name);
        const service = await Service.start('transformer', { ...settings, ...WITH_LAST_LOGIN });
        if (lacks !== undefined) await expectConsequence(service, lacks);
        if (service.exit === undefined) expect(await service.stop()).toBe(0);
      },
    );

    it.each(COUNTS.map((entry, index) => [textOf(entry), index] as const))(
      'INSIGHT_COUNTS_TOPIC: %s',
      async (_, index) => {
        const [name = '', lacks] = counts[index] ?? [];
        const settings = await kafka.certified(name);
        const service = await Service.start('aggregator', {
          ...settings,
          INSIGHT_COUNTS_TOPIC: 'login-insight-counts',
        });
        if (lacks !== undefined) await expectConsequence(service, lacks);
        if (service.exit === undefined) expect(await service.stop()).toBe(0);
      },
    );

    it.each(REDRIVE.map((entry, index) => [textOf(entry), index] as const))(
      'redrive: %s',
      async (_, index) => {
        const [name = '', lacks] = redrive[index] ?? [];
        const settings = await kafka.certified(name);
        await expect(runTool('redrive', [], settings)).rejects.toMatchObject({
          code: 69,
          stderr: expect.stringContaining(`Not authorized: this user needs ${neededOf(lacks)} (`),
        });
      },
    );

    it('redrive: nothing more than these', async () => {
      expect(await runTool('redrive', [], await kafka.certified('redrive'))).toMatch(
        /\d+ records? redriven from user-login\.dead-letter/,
      );
    });

    it('positions: those of the service whose group it is', async () => {
      const asTransformer = await kafka.certified('last-login');
      expect(await runTool('positions', ['set', '--to', 'end', '--yes'], asTransformer)).toMatch(
        /done: the group goes on there/,
      );
      const membership = PIPELINE.find(
        ({ resource, name }) => resource === 'group' && name === 'transformer',
      );
      const asOther = await kafka.certified(users.get(membership) ?? '');
      await expect(runTool('positions', ['show'], asOther)).rejects.toMatchObject({
        code: 69,
        stderr: expect.stringContaining('this user needs Read on group "transformer" (GROUP_ID)'),
      });
    });

    it('transactions: none is open, to a user that may describe the topics', async () => {
      const asTransformer = await kafka.certified('last-login');
      expect(await runTool('transactions', ['list'], asTransformer)).toContain(
        'no transaction stays open in user-login, processed-user-login, user-login.dead-letter',
      );
      const asOther = await kafka.certified('redrive');
      await expect(runTool('transactions', ['list'], asOther)).rejects.toMatchObject({
        code: 69,
        stderr: expect.stringContaining(
          'this user needs Describe on topic "processed-user-login" (OUTPUT_TOPIC)',
        ),
      });
    });
  });
});

async function expectConsequence(service: Service, entry: AclEntry): Promise<void> {
  const { name, operation } = entry;
  if (operation === 'DescribeConfigs') {
    await service.until('its warning', () =>
      service.output.includes('max.message.bytes cannot be read'),
    );
    expect(service.output).toContain(`"${name}"`);
  } else if (operation === 'Describe') {
    const missing = JSON.stringify(neededOf(entry)).slice(1, -1);
    await service.until('its warning', () => service.output.includes(missing));
    expect(await (await service.get('/flow')).json()).toMatchObject({ available: false });
  } else {
    expect(await refusal(service, START_FAILURE_MS)).toContain(
      `Not authorized: this user needs ${neededOf(entry)} (`,
    );
  }
}

/** @returns how a message names the right */
function neededOf(entry: AclEntry | undefined): string {
  if (entry === undefined) throw new RangeError('There is no such right');
  const { operation, resource, name, pattern } = entry;
  const which =
    pattern === 'prefixed' ? `${resource}s that begin with "${name}"` : `${resource} "${name}"`;
  return `${operation} on ${which}`;
}

function textOf({ principal, operation, resource, name }: AclEntry): string {
  return `${principal}: ${operation} on ${resource} ${name}`;
}
