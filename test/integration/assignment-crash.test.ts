/** A process that ends in the middle of an assignment: the lead is owned or has its timer, and its owner learns of it. */
import { expect, it } from 'vitest';
import { LedgerError } from '../../server/ledger/ledger-error.ts';
import { MINUTE, onBothArbiters, type Race } from '../support/race.ts';

const WARM = { type: 'whitepaper download' };

async function pushing(race: Race): Promise<void> {
  const policy = await race.done<{ routing: object }>('GET', '/v1/policy');
  await race.setPolicy({ ...policy, routing: { ...policy.routing, rules: [{ name: 'round', method: 'roundRobin' }] } });
}

/** Answers how to mend it. */
function assignmentsFail(race: Race, code: 'closed' | 'notStored'): () => void {
  const { ledger } = race.house.world;
  const write = ledger.write.bind(ledger);
  ledger.write = ((name: 'assignLead', ...rest: [never]) =>
    name === 'assignLead' ? Promise.reject(new LedgerError(code, 'planted')) : write(name, ...rest)) as typeof write;
  return () => {
    ledger.write = write;
  };
}

onBothArbiters('a process that ends', (start) => {
  it('after a lead was accepted for a rep and before it was assigned: its timer gives it', async () => {
    const race = await start({ policy: 'open' });
    const rep = await race.rep('Ada');
    await pushing(race);
    assignmentsFail(race, 'closed');
    await race.lead(WARM);
    await race.restart();
    const leads = () => race.file.all<{ status: string }>('SELECT status FROM leads');
    expect(leads()).toEqual([{ status: 'waiting' }]);
    await race.after(MINUTE);
    expect(leads()).toEqual([{ status: 'owned' }]);
    expect(rep.heard('lead:assigned')).toHaveLength(1);
  });

  it('a disk that refuses the assignment does not refuse the lead that is on it: its timer gives it', async () => {
    const race = await start({ policy: 'open' });
    const rep = await race.rep('Ada');
    await pushing(race);
    const mend = assignmentsFail(race, 'notStored');
    const body = { source: 'web', company: { name: 'PT' }, contact: { name: 'B' }, ...WARM };
    expect(await race.call('POST', '/v1/leads', body)).toMatchObject({ status: 201 });
    mend();
    await race.after(MINUTE);
    expect(rep.heard('lead:assigned')).toHaveLength(1);
  });

  it('after an assignment is on file and before it is told: the snapshots of its successor say so', async () => {
    const race = await start({ policy: 'open' });
    const rep = await race.rep('Ada');
    const last = () => race.house.world.alerts.snapshot(rep.id).assigned;
    await pushing(race);
    expect(last()).toBe(0);
    race.house.world.alerts.assigned = () => undefined;
    await race.lead(WARM);
    expect(rep.heard('lead:assigned')).toEqual([]);
    await race.restart();
    const [event] = race.file.all<{ seq: number }>(`SELECT seq FROM events WHERE kind = 'lead.assigned'`);
    expect(last()).toBe(event?.seq);
    expect(rep.heard('pool:snapshot').at(-1)).toMatchObject({ assigned: event?.seq });
    await race.lead(WARM);
    expect(rep.heard('lead:assigned')).toMatchObject([{ id: last() }]);
  });
});
