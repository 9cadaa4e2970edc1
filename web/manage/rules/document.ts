/** The document of rules as the form sees it: JSON, read and changed by path. Pure. */

export type Json = null | boolean | number | string | Json[] | JsonObject;
export interface JsonObject {
  [key: string]: Json;
}
/** The keys on the way to a value; none: the whole document. */
export type Path = readonly string[];

export function isObject(value: Json | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Undefined: there is no such key. */
export function valueAt(document: Json, path: Path): Json | undefined {
  let place: Json | undefined = document;
  for (const key of path) place = isObject(place) && Object.hasOwn(place, key) ? place[key] : undefined;
  return place;
}

/** A copy in which only this path is another; undefined takes the key away. */
export function withValueAt(document: Json, path: Path, value: Json | undefined): Json {
  const [key, ...inner] = path;
  if (key === undefined) return value ?? document;
  const place = isObject(document) ? document : {};
  if (inner.length > 0) return { ...place, [key]: withValueAt(valueAt(place, [key]) ?? {}, inner, value) };
  if (value !== undefined) return { ...place, [key]: value };
  return Object.fromEntries(Object.entries(place).filter(([other]) => other !== key));
}

export function isSame(one: Json | undefined, other: Json | undefined): boolean {
  if (isObject(one) && isObject(other)) return changedPaths(one, other).length === 0;
  if (Array.isArray(one) && Array.isArray(other))
    return one.length === other.length && one.every((item, index) => isSame(item, other[index]));
  return one === other;
}

/** Where two documents differ, as deep as both are objects; a list is one value. */
export function changedPaths(before: Json | undefined, after: Json | undefined): Path[] {
  if (!isObject(before) || !isObject(after)) return isSame(before, after) ? [] : [[]];
  const keys = new Set([...Object.keys(before), ...Object.keys(after)]);
  return [...keys].flatMap((key) =>
    changedPaths(valueAt(before, [key]), valueAt(after, [key])).map((path) => [key, ...path]),
  );
}

const isUnder = (path: Path, above: Path) => above.every((key, index) => path[index] === key);

/**
 * What was changed from `base` to `mine`, done to `theirs`, which came from `base` too.
 * @returns `conflicts`: where both changed the same; mine stands there
 */
export function rebased(base: Json, mine: Json, theirs: Json): { document: Json; conflicts: Path[] } {
  const theirPaths = changedPaths(base, theirs);
  let document = theirs;
  const conflicts: Path[] = [];
  for (const path of changedPaths(base, mine)) {
    const isTheirsToo = theirPaths.some((other) => isUnder(other, path) || isUnder(path, other));
    if (isTheirsToo && !isSame(valueAt(mine, path), valueAt(theirs, path))) conflicts.push(path);
    document = withValueAt(document, path, valueAt(mine, path));
  }
  return { document, conflicts };
}
