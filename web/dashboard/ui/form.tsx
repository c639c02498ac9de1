import type { ComponentChildren } from 'preact';
import type { Action } from '../api.ts';
import { Problem } from './states.tsx';

export type FormProps = {
  readonly action: Action<[]>;
  readonly submit: string;
  readonly danger?: boolean | undefined;
  readonly class?: string;
  /** Further buttons beside the submit button. */
  readonly buttons?: ComponentChildren;
  readonly children: ComponentChildren;
};

/** Fields, the error of the last try, and a submit button. */
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
