import { type Child, el } from '../shared/dom.ts';

/** Renders the Markdown that the contract's descriptions use: headings, lists, paragraphs and code in backticks. */
export function markdown(text: string): Child[] {
  return text.split(/\n{2,}/).flatMap((block) => blockOf(block.trim()));
}

function blockOf(block: string): Child[] {
  if (block === '') return [];
  if (block.startsWith('## ')) return [el('h2', {}, inline(block.slice(3)))];
  if (block.startsWith('- ')) {
    const items = block.split(/\n(?=- )/).map((item) => el('li', {}, inline(item.slice(2))));
    return [el('ul', {}, items)];
  }
  return [el('p', {}, inline(block))];
}

/** Renders text in which backticks mark code: every other piece between them is code. */
export function inline(text: string): Child[] {
  return text
    .replaceAll('\n', ' ')
    .split('`')
    .map((piece, index) => (index % 2 === 1 ? el('code', {}, piece) : piece));
}
