import type {
  Header,
  OpenApiDocument,
  OpenApiOperation,
  Parameter,
  Response,
} from '../../contract/openapi/types.ts';
import { type Child, codeBlock, el } from '../shared/dom.ts';
import { curl, type Endpoint } from './curl.ts';
import { inline, markdown } from './markdown.ts';
import { resolve } from './reference.ts';
import { constraintsView, schemaView, typeView } from './schema.ts';

/** Renders an operation as a heading with details, which are rendered when they are first opened. */
export function operationView(document: OpenApiDocument, base: string, endpoint: Endpoint): HTMLElement {
  const { method, path, operation } = endpoint;
  const view = el(
    'details',
    { class: 'operation', id: operation.operationId },
    el(
      'summary',
      {},
      el(
        'h3',
        {},
        el('span', { class: `method ${method.toLowerCase()}` }, method),
        ' ',
        el('code', { class: 'path' }, path),
        ' ',
        el('span', { class: 'summary' }, operation.summary),
      ),
    ),
  );
  view.addEventListener('toggle', () => view.append(...detailsOf(document, base, endpoint)), { once: true });
  return view;
}

function detailsOf(document: OpenApiDocument, base: string, endpoint: Endpoint): HTMLElement[] {
  const { operation } = endpoint;
  return [
    el(
      'div',
      { class: 'details' },
      el('div', { class: 'prose' }, markdown(operation.description ?? '')),
      factsView(operation),
      parametersView(document, operation),
      requestView(document, operation),
      codeBlock('Request with curl', curl(document, base, endpoint)),
      responsesView(document, operation),
      errorsView(document, operation),
    ),
  ];
}

function factsView(operation: OpenApiOperation): HTMLElement {
  const limits = {
    api: 'general',
    auth: 'sign-in (stricter)',
    message: 'new messages',
  };
  const scope = operation['x-token-scope'];
  const limit = operation['x-rate-limit'];
  const action = operation['x-audit-action'];
  const link = el('a', { href: `#${operation.operationId}` }, operation.operationId);
  const facts: [string, Child][] = [
    ['Operation', link],
    ['Credential', credentialOf(operation)],
    ...(scope ? [['Token scope', el('code', {}, scope)] as [string, Child]] : []),
    ['Rate limit', limit ? limits[limit] : 'none'],
    ...(action ? [['Audit entry', el('code', {}, action)] as [string, Child]] : []),
  ];
  const pairs = facts.map(([term, value]) => el('div', {}, el('dt', {}, term), el('dd', {}, value)));
  return el('dl', { class: 'facts' }, pairs);
}

function credentialOf({ security }: OpenApiOperation): string {
  if (security.length === 0) return 'none';
  const isOptional = security.some((alternative) => Object.keys(alternative).length === 0);
  return `X-Api-Key or Authorization: Bearer${isOptional ? ', optional' : ''}`;
}

function parametersView(document: OpenApiDocument, operation: OpenApiOperation): Child {
  const parameters = (operation.parameters ?? []).map((each) => resolve<Parameter>(document, each));
  if (parameters.length === 0) return undefined;
  const items = parameters.map((parameter) =>
    el(
      'li',
      {},
      el(
        'p',
        { class: 'line' },
        el('code', { class: 'name' }, parameter.name),
        ' ',
        typeView(parameter.schema, document),
        el('span', { class: 'tag' }, `in ${parameter.in}`),
        parameter.required && el('span', { class: 'required' }, 'required'),
        constraintsView(
          { ...parameter.schema, ...(parameter.example !== undefined && { examples: [parameter.example] }) },
          document,
        ),
      ),
      parameter.description && el('p', {}, inline(parameter.description)),
    ),
  );
  return [el('h4', {}, 'Parameters'), el('ul', { class: 'fields' }, items)];
}

function requestView(document: OpenApiDocument, { requestBody }: OpenApiOperation): Child {
  const media = requestBody?.content['application/json'];
  if (!media) return undefined;
  const optional = requestBody?.required ? '' : ' (optional)';
  return [el('h4', {}, `Request body${optional}`), schemaView(document, media.schema, 'request')];
}

type StatusResponse = { readonly status: string; readonly response: Response };

function listResponses(document: OpenApiDocument, operation: OpenApiOperation): StatusResponse[] {
  return Object.entries(operation.responses).map(([status, response]) => ({
    status,
    response: resolve<Response>(document, response),
  }));
}

/** Renders every response that is not an error shared by several operations. */
function responsesView(document: OpenApiDocument, operation: OpenApiOperation): Child {
  const responses = Object.entries(operation.responses)
    .filter(([, response]) => !('$ref' in response))
    .map(([status, response]) => responseView(document, { status, response: response as Response }));
  return [el('h4', {}, 'Responses'), responses];
}

function responseView(document: OpenApiDocument, { status, response }: StatusResponse): Child {
  const [[type, media] = []] = Object.entries(response.content);
  const headers = Object.entries(response.headers).map(([name, header]) =>
    el(
      'li',
      {},
      el('code', { class: 'name' }, name),
      ' ',
      inline(resolve<Header>(document, header).description),
    ),
  );
  return el(
    'section',
    { class: 'response' },
    el('h5', {}, statusView(status), ' ', inline(response.description.split('\n')[0] ?? ''), ' '),
    type !== 'application/json' && el('p', { class: 'tag' }, type),
    media && schemaView(document, media.schema, 'response'),
    media?.example !== undefined && codeBlock('Example', JSON.stringify(media.example, null, 2)),
    el('details', {}, el('summary', {}, 'Headers'), el('ul', { class: 'plain' }, headers)),
  );
}

function errorsView(document: OpenApiDocument, operation: OpenApiOperation): Child {
  const rows = listResponses(document, operation).flatMap(({ status, response }) => {
    const examples = Object.entries(response.content['application/json']?.examples ?? {});
    return examples.map(([code, example]) =>
      el(
        'tr',
        {},
        el('td', {}, statusView(status)),
        el('td', {}, el('code', {}, code)),
        el('td', {}, resolve<{ summary: string }>(document, example as { summary: string }).summary),
      ),
    );
  });
  const head = ['Status', 'Code', 'Message'].map((title) => el('th', { scope: 'col' }, title));
  return [
    el('h4', {}, 'Errors'),
    el(
      'div',
      { class: 'scroll', tabindex: '0', role: 'region', 'aria-label': 'Errors' },
      el('table', {}, el('thead', {}, el('tr', {}, head)), el('tbody', {}, rows)),
    ),
  ];
}

function statusView(status: string): HTMLElement {
  return el('span', { class: `status s${status[0]}` }, status);
}
