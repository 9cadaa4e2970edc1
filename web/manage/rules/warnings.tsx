/** What is allowed in the rules and probably not meant. */
import type { WarningInWords } from './policy-view.ts';

export function Warnings({ warnings, testId }: { warnings: readonly WarningInWords[]; testId: string }) {
  return warnings.map(({ rule, warning, message }) => (
    <p class="warning" key={`${warning} ${rule}`} data-testid={testId} data-warning={warning}>
      {rule === null ? message : `${rule}: ${message}`}
    </p>
  ));
}
