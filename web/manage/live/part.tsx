/** A part of the live view: its name, and of when its figures are. */
import type { ComponentChildren } from 'preact';

interface PartProps {
  id: string;
  title: string;
  /** Period, zone and freshness. */
  period: string;
  children: ComponentChildren;
}

export function Part({ id, title, period, children }: PartProps) {
  return (
    <section id={id} aria-labelledby={`${id}-title`} data-testid={id}>
      <div>
        <h2 id={`${id}-title`} tabIndex={-1}>
          {title}
        </h2>
        <p class="soft period">{period}</p>
      </div>
      {children}
    </section>
  );
}
