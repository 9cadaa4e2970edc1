/**
 * The reps' counters as the deciding process knows them, for planning: who can still claim. Loaded
 * from the file and moved by each committed win; the arbiter and the settlement have their own.
 */
export interface Counters {
  of(repId: string, name: string): number;
  add(repId: string, name: string, by: number): void;
}

export function createCounters(rows: { repId: string; name: string; value: number }[]): Counters {
  const values = new Map<string, Map<string, number>>();
  const add = (repId: string, name: string, by: number) => {
    const own = values.get(repId) ?? new Map<string, number>();
    own.set(name, (own.get(name) ?? 0) + by);
    values.set(repId, own);
  };
  for (const { repId, name, value } of rows) add(repId, name, value);
  return { of: (repId, name) => values.get(repId)?.get(name) ?? 0, add };
}

/** `claims:day:2026-11-22`: the period of a counter is in its name. */
const OF_A_DAY = /:day:(\d{4}-\d\d-\d\d)$/;
/** No offer stays open for longer, so no limit asks for an older day. The file keeps them all, to be counted again. */
export const COUNTER_DAYS_HELD = 35;

/** Whether a counter may still decide anything: those of days before `firstDay` stay on the file alone. */
export function isHeld(name: string, firstDay: string): boolean {
  const [, day] = OF_A_DAY.exec(name) ?? [];
  return day === undefined || day >= firstDay;
}
