import type { ComponentChildren } from 'preact';

type HeadingProps = {
  readonly title: string;
  readonly lead: string;
  /** Buttons for what its users mostly come for. */
  readonly children?: ComponentChildren;
};

/** What a section is called, and what it is for. */
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
