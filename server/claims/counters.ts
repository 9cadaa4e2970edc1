/**
 * The reps' counters as the deciding process knows them, for planning: who can still claim. Loaded
 * from the file and moved by each committed win; the arbiter and the settlement have their own.
 */
export interface Counters {
  of(repId: string, name: string): number;
  add(repId: string, name: string, by: number): void;
  /** All of a rep's that may still decide anything: those of periods before `firstDay` do not. */
  held(repId: string, firstDay: string): Record<string, number>;
}

export function createCounters(rows: { repId: string; name: string; value: number }[]): Counters {
  const values = new Map<string, Map<string, number>>();
  const add = (repId: string, name: string, by: number) => {
    const own = values.get(repId) ?? new Map<string, number>();
    own.set(name, (own.get(name) ?? 0) + by);
    values.set(repId, own);
  };
  for (const { repId, name, value } of rows) add(repId, name, value);
  return {
    of: (repId, name) => values.get(repId)?.get(name) ?? 0,
    add,
    held: (repId, firstDay) =>
      Object.fromEntries([...(values.get(repId) ?? [])].filter(([name]) => isHeld(name, firstDay))),
  };
}

/** `claims:day:2026-11-22`, `warm:week:2026-11-16`: the period of a counter is in its name, by its first day. */
const OF_A_PERIOD = /:(?:day|week):(\d{4}-\d\d-\d\d)$/;
/** No offer stays open for longer, so no limit asks for an older day. The file keeps them all, to be counted again. */
export const COUNTER_DAYS_HELD = 35;

/** Whether a counter may still decide anything: those of days before `firstDay` stay on the file alone. */
export function isHeld(name: string, firstDay: string): boolean {
  const [, day] = OF_A_PERIOD.exec(name) ?? [];
  return day === undefined || day >= firstDay;
}
