import { describe, expect, test } from 'vitest';
import { InvalidContext, readConfiguration } from '../../infra/configuration.ts';

const read = (context: Record<string, unknown>) => readConfiguration(context, '1.0.0');

describe('the context of the stack', () => {
  test('defaults to a public address, closed registration and protected tables', () => {
    expect(read({})).toEqual({
      name: 'Strongroom',
      endpoint: 'public',
      vpcEndpoints: [],
      clients: [],
      protect: 'on',
      logDays: 90,
      sandboxes: 4,
      spare: 1,
      packageNetwork: 'internet',
      settings: { STRONGROOM_VERSION: '1.0.0' },
    });
  });

  test('passes settings on to the functions as they were given', () => {
    const { settings } = read({
      registration: 'example.com,example.org',
      apiRateLimit: '100/60',
      authRateLimit: '5/900',
    });
    expect(settings).toEqual({
      STRONGROOM_VERSION: '1.0.0',
      STRONGROOM_REGISTRATION: 'example.com,example.org',
      STRONGROOM_API_RATE_LIMIT: '100/60',
      STRONGROOM_AUTH_RATE_LIMIT: '5/900',
    });
  });

  test('accepts numbers in cdk.json', () => {
    expect(read({ logDays: 30 }).logDays).toBe(30);
  });

  test.each([
    [{ registration: 'everyone' }, 'registration must be open, closed, or e-mail domains'],
    [{ apiRateLimit: 'many' }, 'apiRateLimit must be count/seconds'],
    [{ authRateLimit: '10' }, 'authRateLimit must be count/seconds'],
    [{ endpoint: 'internal' }, 'endpoint '],
    [{ name: '1st' }, 'name must be'],
    [{ name: 'a'.repeat(17) }, 'name must be'],
    [{ endpoint: 'private', clients: '10.0.0.0' }, 'clients must be IPv4 networks'],
    [{ endpoint: 'private', vpcEndpoints: 'vpc-1' }, 'vpcEndpoints must be VPC endpoints'],
    [{ clients: '10.0.0.0/8' }, 'clients is for endpoint=private only'],
    [{ webAcl: 'edge' }, 'webAcl must be the ARN'],
    [{ logDays: '31' }, 'logDays must be one of'],
    [{ protect: 'no' }, 'protect '],
    [{ sandboxes: '2.5' }, 'sandboxes must be a whole number from 0 to 200'],
    [{ sandboxes: '2', spare: '3' }, 'spare must be at most sandboxes'],
    [{ offHours: '8pm' }, 'offHours must be hours such as'],
    [{ offHours: '20:00-07:00 Mars/Olympus' }, 'offHours has an unknown time zone'],
    [{ packageIndex: 'http://pypi.example/simple' }, 'packageIndex must be an address'],
    [{ packageIndex: 'https://u:p@pypi.example/simple' }, 'packageIndex must not contain a name or password'],
    [
      { packageIndex: 'https://pypi.example/simple', sandboxes: '0' },
      'packageIndex has no effect with sandboxes=0',
    ],
    [{ packageNetwork: 'private' }, 'packageNetwork needs a packageIndex'],
  ])('rejects %o by name', (context, message) => {
    expect(() => read(context)).toThrow(InvalidContext);
    expect(() => read(context)).toThrow(`context: ${message}`);
  });

  test('reports every mistake together', () => {
    expect(() => read({ registration: '!', apiRateLimit: '!', endpoint: '!' })).toThrow(
      /endpoint .*; registration .*; apiRateLimit /,
    );
  });

  test('rejects a misspelt name, and lists the known ones', () => {
    expect(() => read({ registraton: 'open' })).toThrow(
      /^context: unknown name registraton; the known names are .*registration/,
    );
  });

  test.each(['objectsOrigin', 'version', 'python', 'generatorKey', 'sandboxPackages'])(
    'does not let an operator set %s',
    (name) => {
      expect(() => read({ [name]: 'value' })).toThrow(`context: unknown name ${name}; `);
    },
  );

  test('accepts every documented setting by its name', () => {
    const given = {
      ...{
        registration: 'open',
        publicUrl: 'https://vault.example.com',
        restoreDelay: '60',
        kekCache: 'off',
      },
      ...{ apiRateLimit: '1/1', authRateLimit: '2/2', secretRateLimit: '3/3', messageRateLimit: '4/4' },
      ...{ tokenMessageRateLimit: '5/5', challenge: 'off', challengeTries: '1', generatorMaxTokens: '256' },
    };
    expect(read(given).settings).toEqual({
      STRONGROOM_VERSION: '1.0.0',
      STRONGROOM_REGISTRATION: 'open',
      STRONGROOM_PUBLIC_URL: 'https://vault.example.com',
      STRONGROOM_RESTORE_DELAY: '60',
      STRONGROOM_KEK_CACHE: 'off',
      STRONGROOM_API_RATE_LIMIT: '1/1',
      STRONGROOM_AUTH_RATE_LIMIT: '2/2',
      STRONGROOM_SECRET_RATE_LIMIT: '3/3',
      STRONGROOM_MESSAGE_RATE_LIMIT: '4/4',
      STRONGROOM_TOKEN_MESSAGE_RATE_LIMIT: '5/5',
      STRONGROOM_CHALLENGE: 'off',
      STRONGROOM_CHALLENGE_TRIES: '1',
      STRONGROOM_GENERATOR_MAX_TOKENS: '256',
    });
  });

  test('ignores the CDK’s own values', () => {
    const own = {
      '@aws-cdk/core:x': true,
      'aws:cdk:y': '1',
      'availability-zones:account=1': [],
      'cli-telemetry': false,
    };
    expect(read(own).name).toBe('Strongroom');
  });
});
