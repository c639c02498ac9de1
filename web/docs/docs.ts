import type { OpenApiDocument } from '../../contract/openapi/types.ts';
import { byId, el } from '../shared/dom.ts';
import type { Endpoint } from './curl.ts';
import { inline, markdown } from './markdown.ts';
import { operationView } from './operation.ts';

/** The folder of this page and of the API; API Gateway may prefix it with a stage. */
const base = new URL('./', location.href).href;

async function load(): Promise<OpenApiDocument> {
  const response = await fetch('openapi.json', { headers: { Accept: 'application/json' } });
  if (!response.ok) throw new Error(`${response.status} ${response.statusText}`);
  return await response.json();
}

function endpointsOf(document: OpenApiDocument, tag: string): Endpoint[] {
  return Object.entries(document.paths).flatMap(([path, item]) =>
    Object.entries(item)
      .filter(([, operation]) => operation.tags[0] === tag)
      .map(([method, operation]) => ({ method: method.toUpperCase(), path, operation })),
  );
}

function render(api: OpenApiDocument): void {
  document.title = `${api.info.title} API ${api.info.version}`;
  byId('version').textContent = api.info.version;
  const groups = api.tags.map((tag) => ({ ...tag, endpoints: endpointsOf(api, tag.name) }));

  const sections = groups.map(({ name, description, endpoints }) =>
    el(
      'section',
      { 'aria-labelledby': `tag-${name}` },
      el('h2', { id: `tag-${name}` }, name),
      el('p', {}, inline(description)),
      endpoints.map((endpoint) => operationView(api, base, endpoint)),
    ),
  );
  const toggle = el('button', { type: 'button', class: 'toggle' }, 'Expand all operations');
  const title = el('h1', {}, `${api.info.title} API`);
  const about = el('div', { class: 'prose about' }, markdown(api.info.description));
  byId('content').replaceChildren(
    title,
    el('p', { class: 'lead' }, api.info.summary, '. Licence: ', api.info.license.name, '.'),
    about,
    toggle,
    ...sections,
  );
  toggle.addEventListener('click', () => toggleAll(toggle));

  byId('nav').replaceChildren(...navigation(groups));
}

function toggleAll(button: HTMLButtonElement): void {
  const all = document.querySelectorAll<HTMLDetailsElement>('details.operation');
  const expand = [...all].some((operation) => !operation.open);
  for (const operation of all) operation.open = expand;
  button.textContent = expand ? 'Collapse all operations' : 'Expand all operations';
}

type Group = { readonly name: string; readonly endpoints: readonly Endpoint[] };

function navigation(groups: readonly Group[]): HTMLElement[] {
  const filter = el('input', {
    type: 'search',
    id: 'filter',
    placeholder: 'Filter operations',
    'aria-label': 'Filter operations',
    'aria-keyshortcuts': '/',
    autocomplete: 'off',
    spellcheck: 'false',
  });
  const lists = groups.map(({ name, endpoints }) => {
    const links = endpoints.map(({ method, path, operation }) => {
      const link = el(
        'a',
        { href: `#${operation.operationId}` },
        el('span', { class: `method ${method.toLowerCase()}` }, method),
        ' ',
        operation.summary,
      );
      const searchText = `${method} ${path} ${operation.operationId} ${operation.summary}`.toLowerCase();
      return { item: el('li', {}, link), searchText };
    });
    const list = el(
      'ul',
      { 'aria-label': name },
      links.map(({ item }) => item),
    );
    const group = el('div', {}, el('p', {}, el('a', { href: `#tag-${name}` }, name)), list);
    return { group, links };
  });
  filter.addEventListener('input', () => {
    const terms = filter.value.trim().toLowerCase().split(/\s+/);
    for (const { group, links } of lists) {
      for (const { item, searchText } of links)
        item.hidden = !terms.every((term) => searchText.includes(term));
      group.hidden = links.every(({ item }) => item.hidden);
    }
    const count = lists.flatMap(({ links }) => links).filter(({ item }) => !item.hidden).length;
    byId('announcer').textContent = `${count} ${count === 1 ? 'operation' : 'operations'}`;
  });
  return [filter, ...lists.map(({ group }) => group)];
}

/** Opens the operation that the address names. */
function follow(): void {
  const id = decodeURIComponent(location.hash.slice(1));
  for (const link of document.querySelectorAll('nav a[aria-current]')) link.removeAttribute('aria-current');
  const target = id === '' ? null : document.getElementById(id);
  if (!target) return;
  document.querySelector(`nav a[href="#${CSS.escape(id)}"]`)?.setAttribute('aria-current', 'true');
  if (target instanceof HTMLDetailsElement) target.open = true;
  target.scrollIntoView();
  target.querySelector('summary')?.focus({ preventScroll: true });
}

function focusFilter(event: KeyboardEvent): void {
  const isTyping = event.target instanceof HTMLInputElement;
  if (event.key !== '/' || isTyping || event.ctrlKey || event.metaKey || event.altKey) return;
  event.preventDefault();
  document.getElementById('filter')?.focus();
}

const loading = byId('loading');
loading.textContent = 'Loading openapi.json…';
try {
  render(await load());
  addEventListener('hashchange', follow);
  addEventListener('keydown', focusFilter);
  follow();
} catch (error) {
  const reason = error instanceof Error ? error.message : String(error);
  loading.setAttribute('role', 'alert');
  loading.replaceChildren(`openapi.json could not be loaded: ${reason}. Reload this page to try again.`);
}
