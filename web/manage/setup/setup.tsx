/** What an empty house needs before the first lead: a list that knows what is done, and leads to what comes next. */
import { signal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import type { Desk } from '../desk.ts';
import { t } from '../words.ts';
import { InvitesStep } from './invites-step.tsx';
import { Machines } from './machines.tsx';
import { NewScreenForm } from './new-screen.tsx';
import { RepsStep } from './reps-step.tsx';
import { useSetup } from './setup-view.ts';
import { SourceStep } from './source-step.tsx';
import { nextStep, type Setup, type Step, type StepName, stepsOf } from './steps.ts';
import { TeamStep } from './team-step.tsx';
import { TestStep } from './test-step.tsx';

/** Undefined: nothing was chosen yet, the first that is not done is open. It stays open when it is done: there may be a second team. */
const opened = signal<StepName | null | undefined>(undefined);

interface StepProps {
  desk: Desk;
  setup: Setup;
}

const PARTS: Record<StepName, (props: StepProps) => preact.JSX.Element | null> = {
  team: TeamStep,
  reps: RepsStep,
  invites: InvitesStep,
  source: SourceStep,
  screen: ScreenStep,
  test: TestStep,
};

export function SetUp({ desk }: { desk: Desk }) {
  const words = t.value.setup;
  const setup = useSetup(desk);
  useEffect(() => {
    if (setup !== null && opened.value === undefined) opened.value = nextStep(setup);
  }, [setup]);
  if (setup === null) return null;
  const steps = stepsOf(setup);
  const next = steps.find(({ name, isDone }) => !isDone && name !== opened.value);
  return (
    <section aria-label={words.title}>
      <h2>{words.title}</h2>
      <p class="soft">{words.done(steps.filter(({ isDone }) => isDone).length, steps.length)}</p>
      <ol class="steps">
        {steps.map((step, index) => (
          <StepItem
            key={step.name}
            desk={desk}
            setup={setup}
            step={step}
            number={index + 1}
            next={next?.name ?? null}
          />
        ))}
      </ol>
    </section>
  );
}

function StepItem({
  desk,
  setup,
  step: { name, isDone },
  number,
  next,
}: StepProps & { step: Step; number: number; next: StepName | null }) {
  const words = t.value.setup;
  const isOpen = opened.value === name;
  const Part = PARTS[name];
  return (
    <li data-testid="step" data-step={name} data-done={isDone}>
      <button
        type="button"
        class="step"
        aria-expanded={isOpen}
        onClick={() => {
          opened.value = isOpen ? null : name;
        }}
      >
        <span class="mark" aria-hidden="true">
          {isDone ? '✓' : number}
        </span>
        <span>
          {words.steps[name]}
          <span class="soft"> · {isDone ? words.isDone : words.isOpen}</span>
          {name === 'invites' && setup.reps.active > 0 && (
            <span class="soft"> · {words.signedIn(setup.reps.signedIn, setup.reps.active)}</span>
          )}
        </span>
      </button>
      {isOpen && (
        <div class="step-body">
          <Part desk={desk} setup={setup} />
          {isDone && next !== null && (
            <div>
              <button
                type="button"
                onClick={() => {
                  opened.value = next;
                }}
              >
                {words.next(words.steps[next])}
              </button>
            </div>
          )}
        </div>
      )}
    </li>
  );
}

function ScreenStep({ desk, setup }: StepProps) {
  return (
    <>
      <p>{t.value.setup.screens.help(`${location.origin}/wall/`)}</p>
      <NewScreenForm desk={desk} />
      <Machines desk={desk} kind="screens" mayEnd={setup.role === 'admin'} />
    </>
  );
}
