import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';

/** Returns the code block in a language on a page of the docs. @throws Error if there is not exactly one */
export function codeSample(page: string, language: string): string {
  const text = readFileSync(resolve(import.meta.dirname, '..', '..', 'docs', page), 'utf8');
  const blocks = [...text.matchAll(new RegExp(`^\`\`\`${language}\n([\\s\\S]*?)^\`\`\`$`, 'gm'))];
  if (blocks.length !== 1) throw new Error(`${page} has ${blocks.length} blocks of ${language}`);
  return blocks[0]?.[1] ?? '';
}
