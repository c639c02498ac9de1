import { randomUUID } from 'node:crypto';
import { buffer } from 'node:stream/consumers';
import { native } from '../../crypto/providers/native.ts';
import { chunkBytes } from '../../crypto/vault/file-format.ts';
import { planParts } from '../../crypto/vault/file-parts.ts';
import { openFile, sealFile, sealPart } from '../../crypto/vault/file-stream.ts';
import { vaultCrypto } from '../../crypto/vault/vault-crypto.ts';

const vault = vaultCrypto(native);

// biome-ignore lint/suspicious/noExplicitAny: tests read bodies of every shape
type Body = any;

const bytesOf = (text: string) => new Uint8Array(Buffer.from(text, 'base64'));
const b64 = (bytes: Uint8Array) => Buffer.from(bytes).toString('base64');

const publicKeysOf = ({ publicKeyB64, publicKeyKyberB64 }: Body) => ({
  x25519: bytesOf(publicKeyB64),
  mlKem768: bytesOf(publicKeyKyberB64),
});

/** A file that its owner has sealed: the body that announces it, and its parts. */
export type ClientFile = ReturnType<typeof sealClientFile>;

/** Seals a file as its owner's client does. @param me response to `GET /v1/users/me` */
export function sealClientFile(me: Body, content: Uint8Array, fileName = 'large.bin') {
  const id = randomUUID();
  const context = { org: me.orgId, owner: me.id, recordType: 'file', recordId: id, version: 1 };
  const metadata = { fileName, contentType: 'application/octet-stream', sizeBytes: content.length };
  const { envelope, cek } = vault.sealFileMetadata(context, metadata);
  const cipher = vault.newFileCipher(cek, context);
  const plan = planParts(content.length);
  return {
    id,
    parts: plan.parts,
    input: {
      id,
      wrappedCekB64: b64(vault.wrapCek(publicKeysOf(me), context, cek)),
      sealedMetadataB64: b64(envelope),
      fileHeaderB64: b64(cipher.header),
      sealedSizeBytes: plan.part(plan.parts).sealedEnd,
    },
    part(number: number): Promise<Buffer> {
      const part = plan.part(number);
      return buffer(sealPart(cipher, part, [content.subarray(part.start, part.end)]));
    },
    /** Seals the whole file again. */
    whole: () => buffer(sealFile(cipher, [content])),
  };
}

/** Opens a downloaded file with the user secret alone. @param me response to `GET /v1/users/me` */
export async function openDownload(me: Body, secret: string, download: Body, sealed: Uint8Array) {
  const owner = { org: me.orgId, user: me.id };
  const kek = await vault.openKek(secret, owner, bytesOf(me.kdf.recordB64));
  const keys = vault.openPrivateKeys(kek, { ...owner, keyVersion: me.kdf.keyVersion }, publicKeysOf(me), {
    x25519: bytesOf(me.encryptedPrivateKeyB64),
    mlKem768: bytesOf(me.encryptedPrivateKeyKyberB64),
  });
  const { fileId: recordId = download.id, ownerUserId = me.id } = download;
  const context = { org: me.orgId, owner: ownerUserId, recordType: 'file', recordId, version: 1 };
  const cek = vault.unwrapCek(keys, context, bytesOf(download.wrappedCekB64));
  const metadata = vault.openFileMetadata(cek, context, bytesOf(download.sealedMetadataB64));
  const content = await buffer(openFile((header) => vault.fileCipher(cek, context, header), [sealed]));
  return { ...metadata, content };
}

/** Size of a file that does not fit into one part. */
export const twoPartsBytes = planParts(40 * chunkBytes).part(1).end + 12_345;
