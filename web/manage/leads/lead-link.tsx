import { shownRace } from './shown.ts';

interface LeadLinkProps {
  leadId: string;
  /** What is written; null: the lead has been forgotten. */
  name: string | null;
  /** What it is called where the name alone says too little. */
  label?: string;
}

/** Leads to the race of a lead. */
export function LeadLink({ leadId, name, label }: LeadLinkProps) {
  return (
    <button
      type="button"
      class="link"
      aria-label={label}
      data-testid="lead-link"
      onClick={() => {
        shownRace.value = leadId;
      }}
    >
      {name ?? leadId}
    </button>
  );
}
