/**
 * Rows in bulk: every row of the seed again and again, other leads of other days. What tells two copies apart
 * is rewritten wherever it stands, in columns and inside JSON alike: ids, instants, days, the numbers of reps
 * and of events. So what a copy looks like is what the product wrote, whatever its tables become.
 */

export interface Copy {
  /** Grows; no two copies of a file have the same. */
  number: number;
  /** Whole days before the seed. */
  daysBack: number;
  /** Which copy of the team has these leads; 0 is the seed's own. */
  team: number;
}

export type Value = string | number | null;
export type Row = Record<string, Value>;

const DAY_MS = 86_400_000;
/** Above it an integer is an instant: no count and no price of the seed is as big. */
const INSTANT_MIN = 1_500_000_000_000;
const ALPHABET = '0123456789abcdefghjkmnpqrstvwxyz';
const TIME_LETTERS = 10;
const TAIL_LETTERS = 4;

/** An id, an instant, a day: what a text is cut at. */
const CUTS =
  /((?:lead|offer|own|act|dl|rep)_[0-9a-z]{26})|(?<!\d)(1[5-9]\d{11})(?!\d)|(?<!\d)(20\d\d-\d\d-\d\d)(?!\d)/g;

function lettersOf(value: number, letters: number): string {
  let text = '';
  let left = value;
  for (let n = 0; n < letters; n++) {
    text = ALPHABET[left % 32] + text;
    left = Math.floor(left / 32);
  }
  return text;
}

const numberOf = (letters: string) => [...letters].reduce((sum, letter) => sum * 32 + ALPHABET.indexOf(letter), 0);

/** The same id for another lead of another day: its time moves, and its end says which copy it is. */
function idOf(id: string, { number, daysBack }: Copy): string {
  const at = id.indexOf('_') + 1;
  const time = numberOf(id.slice(at, at + TIME_LETTERS)) - daysBack * DAY_MS;
  const chance = id.slice(at + TIME_LETTERS, -TAIL_LETTERS);
  return `${id.slice(0, at)}${lettersOf(time, TIME_LETTERS)}${chance}${lettersOf(number, TAIL_LETTERS)}`;
}

/** The same rep in another copy of the team. */
export function repIdOf(id: string, team: number): string {
  return team === 0 ? id : `${id.slice(0, -TAIL_LETTERS)}${lettersOf(team, TAIL_LETTERS)}`;
}

/** The day so many days before, in words. */
export function dayBack(day: string, days: number): string {
  return new Date(Date.parse(day) - days * DAY_MS).toISOString().slice(0, 10);
}

/** What a value of the seed becomes in a copy. */
export type Maker = (copy: Copy) => Value;

/** Ids and days of one copy are made once, however often they stand in its rows. */
class Made {
  #of: Copy | null = null;
  readonly #texts = new Map<string, string>();

  text(cut: string, copy: Copy): string {
    if (this.#of !== copy) {
      this.#of = copy;
      this.#texts.clear();
    }
    let made = this.#texts.get(cut);
    if (made === undefined) {
      if (cut.startsWith('rep_')) made = repIdOf(cut, copy.team);
      else if (cut.startsWith('20')) made = dayBack(cut, copy.daysBack);
      else if (cut.startsWith('1')) made = String(Number(cut) - copy.daysBack * DAY_MS);
      else made = idOf(cut, copy);
      this.#texts.set(cut, made);
    }
    return made;
  }
}

export class Cutter {
  readonly #made = new Made();

  /** A value as every copy has it, but for what tells copies apart. */
  maker(value: Value): Maker {
    if (typeof value === 'number') {
      return value >= INSTANT_MIN ? ({ daysBack }) => value - daysBack * DAY_MS : () => value;
    }
    if (value === null) return () => null;
    const parts: string[] = [];
    let from = 0;
    for (const match of value.matchAll(CUTS)) {
      parts.push(value.slice(from, match.index), match[0]);
      from = match.index + match[0].length;
    }
    if (parts.length === 0) return () => value;
    parts.push(value.slice(from));
    const made = this.#made;
    return (copy) => {
      let text = parts[0] as string;
      for (let n = 1; n < parts.length; n += 2) text += made.text(parts[n] as string, copy) + parts[n + 1];
      return text;
    };
  }
}
