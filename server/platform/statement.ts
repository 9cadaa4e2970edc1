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
type Parameter = (values: Values) => unknown;

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

function given(name: string, values: Values): unknown {
  const value = values[name];
  if (value === undefined) throw new Error(`a statement was given no ${name}`);
  return value;
}

function parameter(param: unknown): Parameter {
  if (is(param, Placeholder)) return (values) => given(param.name, values);
  if (is(param, Param) && is(param.value, Placeholder)) {
    const { value, encoder } = param;
    return (values) => encoder.mapToDriverValue(given(value.name, values));
  }
  return () => param;
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
  const parameters = built.params.map(parameter);
  const bound = (values: Values = {}) => parameters.map((of) => of(values));
  if (fields === undefined) {
    return { run: (values) => stmt.run(bound(values)), get: absent, all: absent } as Pick<P, 'run' | 'get' | 'all'>;
  }
  const make = rowMaker(fields);
  const raw = stmt.raw();
  return {
    run: absent,
    get(values) {
      const row = raw.get(bound(values));
      return row === undefined ? undefined : make(row as unknown[]);
    },
    all: (values) => (raw.all(bound(values)) as unknown[][]).map(make),
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
  const { run } = statement((onConflict === 'nothing' ? insert.onConflictDoNothing() : insert).prepare());
  const defaults = Object.fromEntries(columns.map(([name, column]) => [name, column.default ?? null]));
  return (row) => run({ ...defaults, ...defined(row) });
}

/** A member that is there and undefined is one that was left out. */
function defined(row: Values): Values {
  return Object.fromEntries(Object.entries(row).filter(([, value]) => value !== undefined));
}
