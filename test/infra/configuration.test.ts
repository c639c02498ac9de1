import { describe, expect, test } from 'vitest';
import { InvalidContext, readConfiguration } from '../../infra/configuration.ts';

const read = (context: Record<string, unknown>) => readConfiguration(context, '1.0.0');

describe('context values', () => {
  test('have defaults: a public address, closed registration, protected tables', () => {
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

  test('are passed on to the functions as they were given', () => {
    const { settings } = read({
      registration: 'example.com,example.org',
      limit: '100/60',
      authLimit: '5/900',
    });
    expect(settings).toEqual({
      STRONGROOM_VERSION: '1.0.0',
      STRONGROOM_REGISTRATION: 'example.com,example.org',
      STRONGROOM_LIMIT: '100/60',
      STRONGROOM_AUTH_LIMIT: '5/900',
    });
  });

  test('may be numbers in cdk.json', () => {
    expect(read({ logDays: 30 }).logDays).toBe(30);
  });

  test.each([
    [{ registration: 'everyone' }, 'registration must be open, closed, or e-mail domains'],
    [{ limit: 'many' }, 'limit must be count/seconds'],
    [{ authLimit: '10' }, 'authLimit must be count/seconds'],
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
    [{ packageIndex: 'https://u:p@pypi.example/simple' }, 'packageIndex must hold no name or password'],
    [{ packageIndex: 'https://pypi.example/simple', sandboxes: '0' }, 'packageIndex is of no use'],
    [{ packageNetwork: 'private' }, 'packageNetwork is for a packageIndex only'],
  ])('%o is refused by name', (context, message) => {
    expect(() => read(context)).toThrow(InvalidContext);
    expect(() => read(context)).toThrow(`context: ${message}`);
  });

  test('every mistake is told at once', () => {
    expect(() => read({ registration: '!', limit: '!', endpoint: '!' })).toThrow(
      /endpoint .*; registration .*; limit |endpoint .*; limit .*; registration |registration .*limit/,
    );
  });

  test('a misspelt one is refused, and the right ones are named', () => {
    expect(() => read({ registraton: 'open' })).toThrow(
      /^context: registraton is not known; known are .*registration/,
    );
  });

  test('the CDK’s own are left alone', () => {
    const own = {
      '@aws-cdk/core:x': true,
      'aws:cdk:y': '1',
      'availability-zones:account=1': [],
      'cli-telemetry': false,
    };
    expect(read(own).name).toBe('Strongroom');
  });
});
