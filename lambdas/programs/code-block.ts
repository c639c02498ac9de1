import { type Language, languages } from '../../contract/languages.ts';

/** A model's answer, taken apart. */
export type CodeAnswer = {
  /** The last code block, if it is complete and in the requested language. */
  readonly code: string | undefined;
  /** The text outside of all code blocks. */
  readonly explanation: string;
};

const opening = /^ {0,3}(`{3,}(?=[^`]*$)|~{3,})\s*(\S*)/;

/**
 * Finds the program in Markdown by its fenced code blocks (CommonMark 0.31 section 4.5). The last block counts, since
 * a model that corrects itself does so further down. If the last block is unclosed, the program was cut off; if it is
 * in another language, it is not a program. In neither case does an earlier block count, because the model gave it
 * up. A block without a language counts as being in the requested one.
 */
export function readCodeAnswer(markdown: string, language: Language): CodeAnswer {
  const prose: string[] = [];
  let block: { readonly fence: string; readonly info: string; readonly lines: string[] } | undefined;
  let last: { readonly info: string; readonly code: string } | undefined;
  for (const line of markdown.split(/\r\n|\n|\r/)) {
    if (block) {
      if (closes(line, block.fence)) {
        last = { info: block.info, code: block.lines.join('\n') };
        block = undefined;
      } else block.lines.push(line);
      continue;
    }
    const [, fence, info = ''] = opening.exec(line) ?? [];
    if (fence) block = { fence, info, lines: [] };
    else prose.push(line);
  }
  const usable = !block && last && isFenceOf(language, last.info) && last.code.trim() !== '';
  return {
    code: usable ? `${last?.code}\n` : undefined,
    explanation: prose
      .join('\n')
      .replace(/\n{3,}/g, '\n\n')
      .trim(),
  };
}

/** Whether the info string of a fence names the language, or none. */
function isFenceOf(language: Language, info: string): boolean {
  const names: readonly string[] = languages[language].fenceNames;
  return info === '' || names.includes(info.toLowerCase());
}

/** At least as long as the opening fence, of the same character, with nothing behind it. */
function closes(line: string, fence: string): boolean {
  const [, closing = ''] = /^ {0,3}(`{3,}|~{3,})\s*$/.exec(line) ?? [];
  return closing.length >= fence.length && closing[0] === fence[0];
}
