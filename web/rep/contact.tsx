/** Who to call, and how, once the lead is one's own: by phone, WhatsApp or e-mail, with the first words written. */
import type { LeadView } from '../../client-sdk/src/sambar-client.ts';
import { number } from '../shared/format.ts';
import { whatsAppNumber } from './whatsapp.ts';
import { t } from './words.ts';

/** `from`: the rep's name, for the first words; null: not known here. */
export function Contact({ lead, from }: { lead: LeadView; from: string | null }) {
  const words = t.value.lead;
  const { contact } = lead;
  if (contact === null) return <p class="soft">{words.noContact}</p>;
  return (
    <div class="fields contact" data-testid="lead-contact" data-lead-id={lead.id}>
      <p>
        <strong>{contact.name}</strong>
        {contact.title !== null && <span class="soft"> {contact.title}</span>}
      </p>
      <Ways lead={lead} contact={contact} from={from} />
      <dl class="fields">
        {lead.interest !== null && <Fact name={words.interest} value={lead.interest} />}
        {lead.dealValue !== null && <Fact name={words.dealValue} value={number(lead.dealValue)} />}
      </dl>
    </div>
  );
}

interface WaysProps {
  lead: LeadView;
  contact: NonNullable<LeadView['contact']>;
  from: string | null;
}

function Ways({ lead, contact: { name, phone, email }, from }: WaysProps) {
  const words = t.value.lead;
  const firstWords = words.firstWords(name, from, lead.interest ?? lead.company.name);
  const chat = phone === null ? null : whatsAppNumber(phone, lead.company.country);
  const mail = `subject=${encodeURIComponent(words.mailSubject(lead.company.name))}&body=${encodeURIComponent(firstWords)}`;
  return (
    <div class="row">
      {phone !== null && (
        <a class="button primary" href={`tel:${phone.replace(/[^+\d]/g, '')}`}>
          {words.call(phone)}
        </a>
      )}
      {chat !== null && (
        <a
          class="button"
          href={`https://wa.me/${chat}?text=${encodeURIComponent(firstWords)}`}
          target="_blank"
          rel="noreferrer"
        >
          WhatsApp
        </a>
      )}
      {email !== null && (
        <a class="button" href={`mailto:${encodeURIComponent(email)}?${mail}`}>
          {words.email(email)}
        </a>
      )}
    </div>
  );
}

function Fact({ name, value }: { name: string; value: string }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{value}</dd>
    </div>
  );
}
