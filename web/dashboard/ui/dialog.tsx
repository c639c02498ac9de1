import type { ComponentChildren } from 'preact';
import { useId, useLayoutEffect, useRef } from 'preact/hooks';
import type { Action } from '../api.ts';
import { type Dictionary, useWords } from '../language.tsx';
import { Problem } from './states.tsx';

const dictionary: Dictionary<'cancel'> = { en: { cancel: 'Cancel' }, es: { cancel: 'Cancelar' } };

type DialogProps = {
  readonly title: string;
  readonly close: () => void;
  readonly children: ComponentChildren;
};

/** Modal, by the browser's own: focus stays in it and goes back where it was, and Escape closes it. */
export function Dialog({ title, close, children }: DialogProps) {
  const dialog = useRef<HTMLDialogElement>(null);
  const titleId = useId();
  useLayoutEffect(() => {
    const before = document.activeElement;
    dialog.current?.showModal();
    return () => {
      if (before instanceof HTMLElement) before.focus();
    };
  }, []);
  return (
    <dialog ref={dialog} aria-labelledby={titleId} onClose={close}>
      <h2 id={titleId}>{title}</h2>
      {children}
    </dialog>
  );
}

type FormDialogProps = DialogProps & {
  readonly submit: string;
  readonly action: Action<[]>;
  readonly danger?: boolean;
};

/** A dialog that is a form: what is entered, what went wrong, and two buttons. */
export function FormDialog({ title, close, children, submit, action, danger }: FormDialogProps) {
  const words = useWords(dictionary);
  return (
    <Dialog title={title} close={close}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          action.run();
        }}
      >
        {children}
        {action.error !== undefined && <Problem error={action.error} />}
        <p class="actions">
          <button type="submit" class={danger ? 'danger' : 'primary'} aria-disabled={action.busy}>
            {submit}
          </button>
          <button type="button" onClick={close}>
            {words.cancel}
          </button>
        </p>
      </form>
    </Dialog>
  );
}
