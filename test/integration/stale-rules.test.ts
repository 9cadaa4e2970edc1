/** ROUTE-20: rules that nobody is served by, and the quarterly look at all of them. */
import { expect, it } from 'vitest';
import { DAY, onOneArbiter, type Race } from '../support/race.ts';

const warningsOf = async (race: Race) =>
  (await race.done<{ items: { rule: string | null; warning: string }[] }>('GET', '/v1/policy/warnings')).items.map(
    ({ rule, warning }) => [rule, warning],
  );

onOneArbiter('ROUTE-20', (start) => {
  it('a rule without a lead for 90 days is named, one that brought some is not, over a restart too', async () => {
    const race = await start({ policy: 'open' });
    const policy = await race.done<{ routing: object }>('GET', '/v1/policy');
    const rules = [
      { name: 'abroad', when: { field: 'country', in: ['SG'] }, method: 'race' },
      { name: 'turns', when: { field: 'country', in: ['MY'] }, method: 'roundRobin' },
      { name: 'the rest', method: 'race' },
    ];
    await race.setPolicy({ ...policy, routing: { ...policy.routing, rules } });
    await race.rep('Ada');
    await race.after(3 * DAY);
    await race.lead();
    await race.rep('Budi');
    await race.lead({ company: { name: 'Kedai', country: 'MY' } });
    await race.restart();
    await race.after(87 * DAY - 1);
    expect(await warningsOf(race)).not.toContainEqual(['abroad', 'unused']);
    await race.after(1);
    const named = (await warningsOf(race)).filter(([, warning]) => warning === 'unused');
    expect(named).toEqual([['abroad', 'unused']]);
  });

  it('from the first day of the next quarter the review is due until somebody says that it was done', async () => {
    const race = await start({ policy: 'tiered' });
    await race.after(30 * DAY);
    expect(await warningsOf(race)).not.toContainEqual([null, 'reviewDue']);
    await race.after(30 * DAY);
    expect(await warningsOf(race)).toContainEqual([null, 'reviewDue']);
    await race.done('POST', '/v1/policy/reviews', { note: 'the rule for Malaysia stays' });
    expect(await warningsOf(race)).not.toContainEqual([null, 'reviewDue']);
    await race.restart();
    expect(await warningsOf(race)).not.toContainEqual([null, 'reviewDue']);
    expect(race.file.all('SELECT note FROM policy_reviews')).toEqual([{ note: 'the rule for Malaysia stays' }]);
  });
});
