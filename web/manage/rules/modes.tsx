/** COMP-12: what each mode is good for, where the rules are chosen. */
import { language } from '../../shared/language.ts';
import { type Desk, type Page, usePolled } from '../desk.ts';
import { t } from '../words.ts';

/** Of `GET /v1/policy/modes`. */
interface ModeView {
  mode: string;
  inUse: boolean;
  strengths: string;
  weaknesses: string;
  bestFor: string;
}

export function Modes({ desk }: { desk: Desk }) {
  const words = t.value.rules;
  const modes = usePolled(desk, () => desk.api.get<Page<ModeView>>(`/policy/modes?lang=${language.value}`));
  return (
    <section class="card" aria-label={words.modes}>
      <h3>{words.modes}</h3>
      {modes?.items.map(({ mode, inUse, strengths, weaknesses, bestFor }) => (
        <details key={mode} data-testid={`mode-${mode}`}>
          <summary>{inUse ? `${mode} (${words.modeInUse})` : mode}</summary>
          <p class="soft">
            {words.strengths}: {strengths}
          </p>
          <p class="soft">
            {words.weaknesses}: {weaknesses}
          </p>
          <p class="soft">
            {words.bestFor}: {bestFor}
          </p>
        </details>
      ))}
    </section>
  );
}
