import type { NewLead } from '../../../client-sdk/protocol/http.ts';
import type { Desk } from '../desk.ts';
import { Form } from '../form.tsx';
import { t } from '../words.ts';

export function NewLeadForm({ desk }: { desk: Desk }) {
  const words = t.value.leads;
  const { source, email } = t.value.desk;
  const send = async (values: Record<string, string>, idempotencyKey: string): Promise<void> => {
    await desk.api.post('/leads', leadOf(values), { idempotencyKey });
    desk.refresh();
  };
  return (
    <Form
      title={words.newLead}
      send={send}
      fields={[
        { name: 'company', label: words.company, isRequired: true },
        { name: 'size', label: words.size, type: 'number' },
        { name: 'source', label: source, isRequired: true },
        { name: 'contactName', label: words.contactName, isRequired: true },
        { name: 'contactTitle', label: words.contactTitle },
        { name: 'email', label: email, type: 'email' },
        { name: 'phone', label: words.phone, type: 'tel' },
      ]}
    />
  );
}

function leadOf(values: Record<string, string>): NewLead {
  const lead: NewLead = {
    source: values.source ?? '',
    company: { name: values.company ?? '' },
    contact: { name: values.contactName ?? '' },
  };
  if (values.size !== undefined) lead.company.size = Number(values.size);
  if (values.contactTitle !== undefined) lead.contact.title = values.contactTitle;
  if (values.email !== undefined) lead.contact.email = values.email;
  if (values.phone !== undefined) lead.contact.phone = values.phone;
  return lead;
}
