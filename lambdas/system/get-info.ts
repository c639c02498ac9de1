import { limits } from '../../contract/limits.ts';
import { system } from '../../contract/system.ts';
import { argon2idParameters } from '../../crypto/server/argon2id.ts';
import { kekCost } from '../../crypto/vault/kek.ts';
import { endpoint } from '../pipeline/endpoint.ts';

const algorithms = {
  password: { name: 'Argon2id', reference: 'RFC 9106', ...argon2idParameters },
  token: { name: 'ES256', reference: 'RFC 7518', keyStore: '/.well-known/jwks.json' },
  secret: {
    name: 'AES-256-GCM',
    reference: 'NIST SP 800-38D',
    dataKey: 'one for each value, bound to its owner and name',
  },
  userSecret: { name: 'Argon2id + HKDF-SHA-256', reference: 'RFC 9106', ...kekCost },
  value: {
    name: 'AES-256-GCM with a key commitment',
    reference: 'NIST SP 800-38D',
    key: 'one for each version',
  },
  keyWrap: {
    name: 'X25519 in ML-KEM-768, each with HKDF-SHA-256 and AES-256-GCM',
    reference: 'RFC 7748, FIPS 203',
  },
  sandboxJob: { name: 'X-Wing + HKDF-SHA-256 + AES-256-GCM', reference: 'draft-connolly-cfrg-xwing-kem' },
};

export const handler = endpoint(system.getInfo, async (_, { settings }) => ({
  status: 200,
  body: {
    name: 'strongroom',
    version: settings.STRONGROOM_VERSION,
    documentation: '/docs',
    openapi: '/openapi.json',
    limits,
    algorithms,
  },
}));
