import type { ComponentChildren } from 'preact';

type HeadingProps = {
  readonly title: string;
  readonly lead: string;
  /** Buttons for the section's main actions. */
  readonly children?: ComponentChildren;
};

/** A section's title and purpose. */
export function Heading({ title, lead, children }: HeadingProps) {
  return (
    <div class="heading">
      <div>
        <h1>{title}</h1>
        <p class="lead">{lead}</p>
      </div>
      {children}
    </div>
  );
}
