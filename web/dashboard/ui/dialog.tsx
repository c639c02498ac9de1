import type { ComponentChildren } from 'preact';
import { useId, useLayoutEffect, useRef } from 'preact/hooks';
import { useAction } from '../api.ts';
import { type Dictionary, useWords } from '../language.tsx';
import { Form, type FormProps } from './form.tsx';

const dictionary: Dictionary<'cancel'> = { en: { cancel: 'Cancel' }, es: { cancel: 'Cancelar' } };

type DialogProps = {
  readonly title: string;
  /** For code and what programs write. */
  readonly wide?: boolean | undefined;
  readonly close: () => void;
  readonly children: ComponentChildren;
};

/** Modal, by the browser's own: focus stays in it and goes back where it was, and Escape closes it. */
export function Dialog({ title, wide, close, children }: DialogProps) {
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
    <dialog ref={dialog} class={wide ? 'wide' : undefined} aria-labelledby={titleId} onClose={close}>
      <h2 id={titleId}>{title}</h2>
      {children}
    </dialog>
  );
}

type FormDialogProps = DialogProps & Pick<FormProps, 'submit' | 'action' | 'danger'>;

/** A dialog that is a form, and can be left without it. */
export function FormDialog({ title, wide, close, ...form }: FormDialogProps) {
  const words = useWords(dictionary);
  const cancel = (
    <button type="button" onClick={close}>
      {words.cancel}
    </button>
  );
  return (
    <Dialog title={title} wide={wide} close={close}>
      <Form {...form} buttons={cancel} />
    </Dialog>
  );
}

type ConfirmDialogProps = Omit<DialogProps, 'children'> & {
  readonly lead: string;
  readonly submit: string;
  readonly act: () => Promise<void>;
};

/** Asks before something that cannot be undone. */
export function ConfirmDialog({ lead, act, ...dialog }: ConfirmDialogProps) {
  const action = useAction(act);
  return (
    <FormDialog {...dialog} action={action} danger>
      <p>{lead}</p>
    </FormDialog>
  );
}
