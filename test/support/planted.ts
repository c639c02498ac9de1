import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { TestAppliance } from '../api/appliance.ts';

export type Places = ReadonlyMap<string, Buffer>;

/** Returns everything that an appliance stores and has printed, except the administrator's key on the terminal. */
export function placesOf(appliance: TestAppliance): Places {
  const folder = appliance.data;
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) =>
    statSync(join(folder, name)).isFile(),
  );
  const printed = appliance.output.replace(/^Administrator key: .*$/m, '');
  return new Map([
    ['what was printed', Buffer.from(printed)],
    ...files.map((name) => [name, readFileSync(join(folder, name))] as const),
  ]);
}

/** Returns which of the texts were found, and where, in any encoding. */
export function findPlanted(places: Places, planted: Readonly<Record<string, string>>): string[] {
  return Object.entries(planted).flatMap(([what, text]) =>
    [...places]
      .filter(([, content]) => encodings(text).some((encoding) => content.includes(encoding)))
      .map(([place]) => `${what} in ${place}`),
  );
}

/** Returns a text in plaintext, in hex, and in base64 at each of the three offsets that it can have there. */
function encodings(text: string): string[] {
  const bytes = Buffer.from(text);
  const shifted = [0, 1, 2].map((offset) => {
    const encoded = Buffer.concat([Buffer.alloc(offset), bytes])
      .toString('base64')
      .replace(/=+$/, '');
    // The first and the last characters also hold bits of the neighbouring bytes.
    return encoded.slice(offset === 0 ? 0 : offset + 1, -2);
  });
  const urlSafe = shifted.map((encoded) => encoded.replaceAll('+', '-').replaceAll('/', '_'));
  return [text, bytes.toString('hex'), bytes.toString('hex').toUpperCase(), ...shifted, ...urlSafe];
}
