/**
 * A query that drizzle builds once and the driver then runs by itself: for what runs at each claim, lead
 * and timer. Drizzle's own prepared queries look up the kind of every parameter and every column at each
 * run.
 */
import type Database from 'better-sqlite3';
import { Column, getTableColumns, is, Param, Placeholder, sql } from 'drizzle-orm';
import type { SQLiteTable } from 'drizzle-orm/sqlite-core';
import type { Db } from './db.ts';

type Values = Record<string, unknown>;

/** What drizzle's `.prepare()` answers, as far as stores use it. */
interface PreparedQuery {
  run(values?: Values): Database.RunResult;
  get(values?: Values): unknown;
  all(values?: Values): unknown;
}

/** What is inside of it in the version that package.json pins. */
interface Inside {
  stmt: Database.Statement<unknown[], unknown>;
  query: { params: unknown[] };
  fields?: { path: string[]; field: unknown }[];
}

/** One `?` of the statement: a placeholder's value, by its column's own encoder, or the same each time. */
interface Parameter {
  name: string | null;
  constant: unknown;
  encode: ((value: unknown) => unknown) | null;
}

function parameter(param: unknown): Parameter {
  const [placeholder, encoder] = is(param, Param) ? [param.value, param.encoder] : [param, null];
  if (!is(placeholder, Placeholder)) return { name: null, constant: param, encode: null };
  const encodes = encoder !== null && encoder.mapToDriverValue !== Column.prototype.mapToDriverValue;
  return {
    name: placeholder.name,
    constant: null,
    encode: encodes ? (value) => encoder.mapToDriverValue(value) : null,
  };
}

function absentValue(name: string): never {
  throw new Error(`a statement was given no ${name}`);
}

/** Puts values in the order of the statement's parameters. @param otherwise what an absent one is */
function binder(params: readonly unknown[], otherwise: (name: string) => unknown): (values: Values) => unknown[] {
  const parameters = params.map(parameter);
  return (values) => {
    const bound: unknown[] = [];
    for (const { name, constant, encode } of parameters) {
      let value = name === null ? constant : values[name];
      if (value === undefined) value = otherwise(name ?? '');
      bound.push(encode === null || value === null ? value : encode(value));
    }
    return bound;
  };
}

/** Rows of one flat table as objects, by the columns' own decoders. */
function rowMaker(fields: NonNullable<Inside['fields']>): (row: unknown[]) => Values {
  const columns = fields.map(({ path, field }) => {
    const [name, ...deeper] = path;
    if (name === undefined || deeper.length > 0) throw new Error('a statement reads flat rows: no joins');
    const decode = is(field, Column) && field.mapFromDriverValue !== Column.prototype.mapFromDriverValue;
    return { name, decode: decode ? (value: unknown) => field.mapFromDriverValue(value) : null };
  });
  return (row) => {
    const made: Values = {};
    for (let place = 0; place < columns.length; place++) {
      const { name, decode } = columns[place]!;
      const value = row[place];
      made[name] = decode === null || value === null ? value : decode(value);
    }
    return made;
  };
}

/**
 * `query` is what `.prepare()` answered; the result takes and gives the same.
 * @throws when a placeholder is given nothing (null is something), or the query joins tables.
 */
export function statement<P extends PreparedQuery>(query: P): Pick<P, 'run' | 'get' | 'all'> {
  const { stmt, query: built, fields } = query as unknown as Inside;
  const bound = binder(built.params, absentValue);
  if (fields === undefined) {
    return { run: (values = {}) => stmt.run(bound(values)), get: absent, all: absent } as Pick<
      P,
      'run' | 'get' | 'all'
    >;
  }
  const make = rowMaker(fields);
  const raw = stmt.raw();
  return {
    run: absent,
    get(values = {}) {
      const row = raw.get(bound(values));
      return row === undefined ? undefined : make(row as unknown[]);
    },
    all: (values = {}) => (raw.all(bound(values)) as unknown[][]).map(make),
  } as Pick<P, 'run' | 'get' | 'all'>;
}

function absent(): never {
  throw new Error('a statement that reads is not run, and one that writes reads nothing');
}

/** Inserts whole rows of a table: a column that the row leaves out gets its default, or null. */
export function insertion<T extends SQLiteTable>(
  db: Db,
  table: T,
  onConflict: 'throw' | 'nothing' = 'throw',
): (row: T['$inferInsert']) => Database.RunResult {
  const columns = Object.entries(getTableColumns(table));
  const values = Object.fromEntries(columns.map(([name]) => [name, sql.placeholder(name)]));
  const insert = db.insert(table).values(values as T['$inferInsert']);
  const prepared = (onConflict === 'nothing' ? insert.onConflictDoNothing() : insert).prepare();
  const { stmt, query } = prepared as unknown as Inside;
  const defaults = new Map(columns.map(([name, column]) => [name, column.default ?? null]));
  const bound = binder(query.params, (name) => defaults.get(name));
  return (row) => stmt.run(bound(row));
}
