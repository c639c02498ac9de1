import { type Child, el } from '../shared/dom.ts';
import type { Words } from './words.ts';

export const fieldId = 'secret';

/** Returns a form of one field and a button, or of the button alone. */
export function form(field: Child, button: string, submit: (typed: string) => void): HTMLFormElement {
  const element = el(
    'form',
    { autocomplete: 'off', novalidate: '' },
    field,
    el('p', { class: 'actions' }, el('button', { type: 'submit', class: 'primary' }, button)),
  );
  element.addEventListener('submit', (event) => {
    event.preventDefault();
    submit(element.querySelector('input')?.value ?? '');
  });
  return element;
}

/** @param problem why the previous input was rejected */
export function passwordField(words: Words, problem?: string, hint?: string): Child {
  const input = inputOf('password', problem, hint);
  const toggle = el('button', { type: 'button', 'aria-label': words.showPassword }, words.show);
  toggle.addEventListener('click', () => {
    const isHidden = input.type === 'password';
    input.type = isHidden ? 'text' : 'password';
    toggle.textContent = isHidden ? words.hide : words.show;
    toggle.setAttribute('aria-label', isHidden ? words.hidePassword : words.showPassword);
  });
  return labelled(words.password, el('div', { class: 'with-button' }, input, toggle), problem, hint);
}

export function keyField(words: Words, problem?: string): Child {
  return labelled(words.key, inputOf('text', problem, undefined), problem, undefined);
}

function inputOf(type: string, problem: string | undefined, hint: string | undefined): HTMLInputElement {
  const descriptions = [hint && `${fieldId}-hint`, problem && `${fieldId}-problem`].filter(Boolean).join(' ');
  return el('input', {
    id: fieldId,
    type,
    required: '',
    autocomplete: 'off',
    autocapitalize: 'none',
    spellcheck: 'false',
    ...(descriptions && { 'aria-describedby': descriptions }),
    ...(problem && { 'aria-invalid': 'true' }),
  });
}

function labelled(label: string, input: Child, problem: string | undefined, hint: string | undefined): Child {
  return [
    el('label', { for: fieldId }, label),
    hint && el('p', { id: `${fieldId}-hint`, class: 'note' }, hint),
    input,
    problem && el('p', { id: `${fieldId}-problem`, class: 'problem' }, problem),
  ];
}
