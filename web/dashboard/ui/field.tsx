import type { ComponentChildren } from 'preact';
import { useId, useState } from 'preact/hooks';
import { type Dictionary, useWords } from '../language.tsx';

const dictionary: Dictionary<'show' | 'hide'> = {
  en: { show: 'Show', hide: 'Hide' },
  es: { show: 'Mostrar', hide: 'Ocultar' },
};

type Common = {
  readonly label: string;
  readonly hint?: string;
  readonly value: string;
  readonly change: (value: string) => void;
};

type InputProps = {
  readonly required?: boolean;
  readonly autocomplete?: string;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly pattern?: string;
  readonly autocapitalize?: 'none';
  readonly spellcheck?: boolean;
};

export function Field({
  label,
  hint,
  value,
  change,
  ...input
}: Common & InputProps & { readonly type?: 'email' }) {
  const id = useId();
  return (
    <Labelled id={id} label={label} hint={hint}>
      <input
        id={id}
        {...attributesOf(id, hint, input)}
        value={value}
        onInput={(event) => change(event.currentTarget.value)}
      />
    </Labelled>
  );
}

const asTyped = { autocapitalize: 'none', spellcheck: false } as const;

/** Hidden until its user wants to see it. */
export function PasswordField({ label, hint, value, change, ...input }: Common & InputProps) {
  const words = useWords(dictionary);
  const [isShown, setShown] = useState(false);
  const id = useId();
  return (
    <Labelled id={id} label={label} hint={hint}>
      <div class="with-button">
        <input
          id={id}
          {...attributesOf(id, hint, { ...asTyped, ...input, type: isShown ? 'text' : 'password' })}
          value={value}
          onInput={(event) => change(event.currentTarget.value)}
        />
        <button
          type="button"
          aria-label={`${isShown ? words.hide : words.show}: ${label}`}
          onClick={() => setShown(!isShown)}
        >
          {isShown ? words.hide : words.show}
        </button>
      </div>
    </Labelled>
  );
}

type LabelledProps = {
  readonly id: string;
  readonly label: string;
  readonly hint?: string | undefined;
  readonly children: ComponentChildren;
};

function Labelled({ id, label, hint, children }: LabelledProps) {
  return (
    <div class="field">
      <label for={id}>{label}</label>
      {children}
      {hint && (
        <p id={`${id}-hint`} class="note">
          {hint}
        </p>
      )}
    </div>
  );
}

/** As a plain object: Preact's types tell inputs apart by a `type` that is known beforehand. */
function attributesOf(id: string, hint: string | undefined, input: InputProps & { type?: string }): object {
  return { ...(hint && { 'aria-describedby': `${id}-hint` }), ...input };
}
