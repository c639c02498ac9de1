import type { ComponentChildren } from 'preact';
import type { Action } from '../api.ts';
import { Problem } from './states.tsx';

export type FormProps = {
  readonly action: Action<[]>;
  readonly submit: string;
  readonly danger?: boolean | undefined;
  readonly class?: string;
  /** More buttons, beside the one that submits. */
  readonly buttons?: ComponentChildren;
  readonly children: ComponentChildren;
};

/** What is entered, what went wrong, and the button that does it. */
export function Form({ action, submit, danger, buttons, children, ...attributes }: FormProps) {
  return (
    <form
      {...attributes}
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
        {buttons}
      </p>
    </form>
  );
}
