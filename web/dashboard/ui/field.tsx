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

const literalInput = { autocapitalize: 'none', spellcheck: false } as const;

/** A field whose text is hidden until the user shows it. */
export function PasswordField({ label, hint, value, change, ...input }: Common & InputProps) {
  const words = useWords(dictionary);
  const [isShown, setShown] = useState(false);
  const id = useId();
  return (
    <Labelled id={id} label={label} hint={hint}>
      <div class="with-button">
        <input
          id={id}
          {...attributesOf(id, hint, { ...literalInput, ...input, type: isShown ? 'text' : 'password' })}
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

type AreaProps = { readonly required?: boolean; readonly rows?: number; readonly code?: boolean };

/** A field of several lines. Tab leaves it even in code, because keyboard users must be able to get out. */
export function Area({ label, hint, value, change, required, rows = 8, code }: Common & AreaProps) {
  const id = useId();
  return (
    <Labelled id={id} label={label} hint={hint}>
      <textarea
        id={id}
        {...attributesOf(id, hint, { ...(required && { required }), ...(code && literalInput) })}
        class={code ? 'code' : undefined}
        rows={rows}
        value={value}
        onInput={(event) => change(event.currentTarget.value)}
      />
    </Labelled>
  );
}

type ChoiceProps<Value extends string> = {
  readonly label: string;
  readonly value: Value;
  readonly change: (value: Value) => void;
  readonly options: readonly (readonly [value: Value, label: string])[];
};

export function Choice<Value extends string>({ label, value, change, options }: ChoiceProps<Value>) {
  const id = useId();
  return (
    <Labelled id={id} label={label} hint={undefined}>
      <select id={id} value={value} onChange={(event) => change(event.currentTarget.value as Value)}>
        {options.map(([each, name]) => (
          <option key={each} value={each}>
            {name}
          </option>
        ))}
      </select>
    </Labelled>
  );
}

type CheckboxProps = {
  readonly label: string;
  readonly checked: boolean;
  readonly change: (checked: boolean) => void;
};

export function Checkbox({ label, checked, change }: CheckboxProps) {
  const id = useId();
  return (
    <div class="checkbox">
      <input
        id={id}
        type="checkbox"
        checked={checked}
        onChange={(event) => change(event.currentTarget.checked)}
      />
      <label for={id}>{label}</label>
    </div>
  );
}

/** Several fields under one label. */
export function FieldGroup({ label, children }: Pick<LabelledProps, 'label' | 'children'>) {
  return (
    <fieldset class="field">
      <legend>{label}</legend>
      {children}
    </fieldset>
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

/** Returns a plain object because Preact's types for inputs require a `type` that is known at compile time. */
function attributesOf(id: string, hint: string | undefined, input: InputProps & { type?: string }): object {
  return { ...(hint && { 'aria-describedby': `${id}-hint` }), ...input };
}
