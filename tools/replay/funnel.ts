/**
 * A real funnel from two CSV files: the leads as they came, and the deals that were won out of them
 * (columns of "Marketing Funnel by Olist": mql_id, first_contact_date, landing_page_id, origin; mql_id,
 * won_date, declared_monthly_revenue). Names are made up from the ids, since the data has none.
 */
import { createReadStream } from 'node:fs';
import { parse } from 'csv-parse';

export interface FunnelLead {
  externalId: string;
  body: {
    externalId: string;
    source: string;
    company: { name: string; country: string };
    contact: { name: string };
    attributes: { landingPage: string; firstContactDate: string };
  };
}

export interface Deal {
  externalId: string;
  wonAt: string;
  /** Whole units of money. */
  revenue: number;
}

/** The file is not what it should be; the message names it and what is missing. */
export class FunnelError extends Error {
  override name = 'FunnelError';
  readonly code = 'badFile';
}

const FIRST = ['Toko', 'Kedai', 'Warung', 'Pusat', 'Rumah', 'Griya', 'Gudang', 'Sentra'];
const SECOND = ['Bunga', 'Mainan', 'Buku', 'Busana', 'Kopi', 'Perabot', 'Gawai', 'Olahraga', 'Dapur', 'Taman'];
const PERSON = ['Ayu', 'Bagus', 'Citra', 'Dian', 'Eko', 'Farah', 'Gilang', 'Hana', 'Indra', 'Jihan', 'Krisna', 'Laras'];

/** Hexadecimal digits of an id as a number, to pick a name by. */
function digits(id: string, from: number): number {
  return Number.parseInt(id.slice(from, from + 4), 16) || 0;
}

function nameOf(id: string): { company: string; person: string } {
  const first = FIRST[digits(id, 0) % FIRST.length];
  const second = SECOND[digits(id, 4) % SECOND.length];
  const person = PERSON[digits(id, 8) % PERSON.length];
  return { company: `${first} ${second} ${id.slice(0, 8)}`, person: `${person} ${id.slice(12, 16)}` };
}

async function* rowsOf(file: string, columns: readonly string[]): AsyncGenerator<Record<string, string>> {
  const parser = createReadStream(file)
    .on('error', (error) => parser.destroy(error))
    .pipe(parse({ columns: true, bom: true, trim: true }));
  let isChecked = false;
  for await (const row of parser as AsyncIterable<Record<string, string>>) {
    const missing = columns.find((column) => row[column] === undefined);
    if (!isChecked && missing !== undefined) throw new FunnelError(`${file} has no column ${missing}`);
    isChecked = true;
    yield row;
  }
}

/** Streamed, in the order of the file, at most `limit` of them. */
export async function* leadsOf(file: string, limit: number): AsyncGenerator<FunnelLead> {
  let count = 0;
  for await (const row of rowsOf(file, ['mql_id', 'first_contact_date', 'landing_page_id', 'origin'])) {
    if (count++ >= limit) return;
    const externalId = row.mql_id ?? '';
    const { company, person } = nameOf(externalId);
    yield {
      externalId,
      body: {
        externalId,
        source: row.origin?.replaceAll('_', ' ') || 'unknown',
        company: { name: company, country: 'Brazil' },
        contact: { name: person },
        attributes: { landingPage: row.landing_page_id ?? '', firstContactDate: row.first_contact_date ?? '' },
      },
    };
  }
}

/** How many leads there are, for a bar that knows its end. */
export async function countLeads(file: string, limit: number): Promise<number> {
  let count = 0;
  for await (const _ of leadsOf(file, limit)) count++;
  return count;
}

/** In the order in which they were won. */
export async function dealsOf(file: string): Promise<Deal[]> {
  const deals: Deal[] = [];
  for await (const row of rowsOf(file, ['mql_id', 'won_date', 'declared_monthly_revenue'])) {
    const revenue = Math.round(Number(row.declared_monthly_revenue) || 0);
    deals.push({ externalId: row.mql_id ?? '', wonAt: row.won_date ?? '', revenue });
  }
  return deals.sort((a, b) => (a.wonAt < b.wonAt ? -1 : a.wonAt > b.wonAt ? 1 : 0));
}
