import type { ComponentChildren } from 'preact';

type FactsProps = { readonly facts: readonly (readonly [label: string, value: ComponentChildren])[] };

/** What is so, and cannot be changed where it is shown. */
export function Facts({ facts }: FactsProps) {
  return (
    <dl class="facts">
      {facts.map(([label, value]) => (
        <div key={label}>
          <dt>{label}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}
