export type Child = Node | string | undefined | false | readonly Child[];

/** Creates an element with attributes and children. Strings become text and are never parsed as HTML. */
export function el<K extends keyof HTMLElementTagNameMap>(
  name: K,
  attributes: Readonly<Record<string, string>> = {},
  ...children: Child[]
): HTMLElementTagNameMap[K] {
  const element = document.createElement(name);
  for (const [attribute, value] of Object.entries(attributes)) element.setAttribute(attribute, value);
  append(element, children);
  return element;
}

function append(element: HTMLElement, children: readonly Child[]): void {
  for (const child of children) {
    if (child === undefined || child === false) continue;
    if (typeof child === 'string' || child instanceof Node) element.append(child);
    else append(element, child);
  }
}

/** Returns the element with that id. Throws an error if the page has none. */
export function byId(id: string): HTMLElement {
  const element = document.getElementById(id);
  if (!element) throw new Error(`the page has no #${id}`);
  return element;
}

/** Renders code with a button that copies it. */
export function codeBlock(label: string, code: string): HTMLElement {
  const copy = el('button', { type: 'button', class: 'copy', 'aria-label': `Copy: ${label}` }, 'Copy');
  copy.addEventListener('click', async () => {
    const copied = await navigator.clipboard.writeText(code).then(
      () => true,
      () => false,
    );
    copy.textContent = copied ? 'Copied' : 'Select and copy';
    byId('announcer').textContent = copied ? `${label} copied` : 'The browser does not allow copying';
    setTimeout(() => {
      copy.textContent = 'Copy';
    }, 2_000);
  });
  return el(
    'div',
    { class: 'code' },
    el('p', { class: 'label' }, label),
    copy,
    el('pre', { tabindex: '0', 'aria-label': label }, el('code', {}, code)),
  );
}
