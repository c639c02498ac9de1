import { writeSync } from 'node:fs';
import { FileObjects } from '../../../platform/local/file-objects.ts';

/** Puts objects that contain their own key, four concurrently, until it is killed. */
const [folder = '', round = ''] = process.argv.slice(2);
const objects = new FileObjects(folder, { baseUrl: () => 'http://127.0.0.1', signingKey: Buffer.alloc(32) });

async function write(writer: number): Promise<never> {
  for (let i = 0; ; i++) {
    const key = `${round}/${writer}/${i}`;
    await objects.put(key, Buffer.alloc(20_000, key));
    writeSync(process.stdout.fd, `${key}\n`);
  }
}

await Promise.all(Array.from({ length: 4 }, (_, writer) => write(writer)));
