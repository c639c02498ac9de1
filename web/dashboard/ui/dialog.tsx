import type { ComponentChildren } from 'preact';
import { useId, useLayoutEffect, useRef } from 'preact/hooks';
import { useAction } from '../api.ts';
import { type Dictionary, useWords } from '../language.tsx';
import { Form, type FormProps } from './form.tsx';

const dictionary: Dictionary<'cancel'> = { en: { cancel: 'Cancel' }, es: { cancel: 'Cancelar' } };

type DialogProps = {
  readonly title: string;
  /** For code and program output. */
  readonly wide?: boolean | undefined;
  readonly close: () => void;
  readonly children: ComponentChildren;
};

/** A modal `<dialog>`: the browser traps focus in it and closes it on Escape. Focus returns to where it was. */
export function Dialog({ title, wide, close, children }: DialogProps) {
  const dialog = useRef<HTMLDialogElement>(null);
  const titleId = useId();
  useLayoutEffect(() => {
    const previous = document.activeElement;
    dialog.current?.showModal();
    return () => {
      if (previous instanceof HTMLElement) previous.focus();
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

/** A dialog with a form and a button to cancel it. */
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

/** Asks for confirmation before something that cannot be undone. */
export function ConfirmDialog({ lead, act, ...dialog }: ConfirmDialogProps) {
  const action = useAction(act);
  return (
    <FormDialog {...dialog} action={action} danger>
      <p>{lead}</p>
    </FormDialog>
  );
}
