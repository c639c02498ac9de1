import type { ComponentChildren } from 'preact';

type FactsProps = { readonly facts: readonly (readonly [label: string, value: ComponentChildren])[] };

/** A list of labels and read-only values. */
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
