/** What is wider than a phone, such as a table: it scrolls by itself, and keys reach it as fingers do. */
import type { ComponentChildren } from 'preact';

export function Wide({ label, children }: { label: string; children: ComponentChildren }) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls is reached by keys too
    <section class="scroll" tabIndex={0} aria-label={label}>
      {children}
    </section>
  );
}
