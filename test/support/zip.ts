import { crc32, deflateRawSync } from 'node:zlib';

export type ZipEntry = {
  readonly name: string | Buffer;
  readonly content: string | Buffer;
  /** Unix mode with its type bits; a regular file by default. */
  readonly mode?: number;
  readonly method?: number;
  readonly flags?: number;
  /** Size that the archive claims; the real one by default. */
  readonly claimedBytes?: number;
  /** Name in the local header, if it differs. */
  readonly localName?: string;
  /** Position of an earlier entry whose bytes this one points to. */
  readonly sharesBytesOf?: number;
};

type Central = { readonly header: Buffer; readonly offset: number };

const utf8Names = 0x800;

/** Builds a zip file byte by byte, so that a test can make any part of it invalid (APPNOTE 4.3). */
export function zip(entries: readonly ZipEntry[]): Buffer {
  const parts: Buffer[] = [];
  const central: Central[] = [];
  let at = 0;
  for (const entry of entries) {
    const { mode = 0o100644, method = 8, flags = 0, sharesBytesOf } = entry;
    const name = Buffer.from(entry.name);
    const localName = Buffer.from(entry.localName ?? entry.name);
    const content = Buffer.from(entry.content);
    const packed = method === 8 ? deflateRawSync(content) : content;
    const size = entry.claimedBytes ?? content.length;
    const shared = Buffer.alloc(26);
    shared.writeUInt16LE(20, 0);
    shared.writeUInt16LE(flags | utf8Names, 2);
    shared.writeUInt16LE(method, 4);
    shared.writeUInt32LE(0x21_0000, 6);
    shared.writeUInt32LE(crc32(content), 10);
    shared.writeUInt32LE(packed.length, 14);
    shared.writeUInt32LE(size, 18);
    shared.writeUInt16LE(localName.length, 22);
    const offset = sharesBytesOf === undefined ? at : (central[sharesBytesOf] as Central).offset;
    if (sharesBytesOf === undefined) {
      const local = Buffer.concat([Buffer.from('PK\x03\x04', 'latin1'), shared, localName, packed]);
      parts.push(local);
      at += local.length;
    }
    shared.writeUInt16LE(name.length, 22);
    const header = Buffer.alloc(46);
    header.write('PK\x01\x02', 'latin1');
    header.writeUInt16LE((3 << 8) | 20, 4);
    shared.copy(header, 6);
    header.writeUInt32LE((mode << 16) >>> 0, 38);
    header.writeUInt32LE(offset, 42);
    central.push({ header: Buffer.concat([header, name]), offset });
  }
  const directory = Buffer.concat(central.map(({ header }) => header));
  const end = Buffer.alloc(22);
  end.write('PK\x05\x06', 'latin1');
  end.writeUInt16LE(entries.length, 8);
  end.writeUInt16LE(entries.length, 10);
  end.writeUInt32LE(directory.length, 12);
  end.writeUInt32LE(at, 16);
  return Buffer.concat([...parts, directory, end]);
}
