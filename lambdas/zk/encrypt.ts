import { zk } from '../../contract/zk.ts';
import { utf8 } from '../../crypto/encoding/bytes.ts';
import { native } from '../../crypto/providers/native.ts';
import { sealZkPayload } from '../../crypto/zk/payload.ts';
import { endpoint } from '../pipeline/endpoint.ts';

export const handler = endpoint(zk.encrypt, async ({ body: { masterPassword, code } }) => ({
  status: 200,
  body: { encryptedPayload: await sealZkPayload(native, masterPassword, utf8(code)) },
  audit: { resource: 'zk/encrypt' },
}));
