import { describe, expect, onTestFinished, test } from 'vitest';
import { tempDatabaseFile } from '../../test/support/temp-database.ts';
import { assertDurable, openReader, openWriter } from './sqlite.ts';

describe('how SQLite is opened', () => {
  test('the writer is WAL with synchronous FULL, and stays so after statements', () => {
    const { sqlite } = openWriter(tempDatabaseFile());
    onTestFinished(() => void sqlite.close());
    sqlite.exec('CREATE TABLE t (a); INSERT INTO t VALUES (1)');
    expect(sqlite.pragma('synchronous', { simple: true })).toBe(2);
    expect(sqlite.pragma('journal_mode', { simple: true })).toBe('wal');
    expect(sqlite.pragma('foreign_keys', { simple: true })).toBe(1);
    expect(() => assertDurable(sqlite)).not.toThrow();
  });

  test.each(['synchronous = NORMAL', 'journal_mode = DELETE', 'foreign_keys = OFF'])(
    'a connection with %s is unfit',
    (pragma) => {
      const { sqlite } = openWriter(tempDatabaseFile());
      onTestFinished(() => void sqlite.close());
      sqlite.pragma(pragma);
      expect(() => assertDurable(sqlite)).toThrow(expect.objectContaining({ code: 'sqliteUnfit' }));
    },
  );

  test('the reader sees commits of a running writer and cannot write', () => {
    const file = tempDatabaseFile();
    const writer = openWriter(file).sqlite;
    writer.exec('CREATE TABLE t (a)');
    const reader = openReader(file).sqlite;
    onTestFinished(() => {
      reader.close();
      writer.close();
    });
    writer.exec('BEGIN IMMEDIATE; INSERT INTO t VALUES (1)');
    expect(reader.prepare('SELECT count(*) FROM t').pluck().get()).toBe(0);
    writer.exec('COMMIT');
    expect(reader.prepare('SELECT count(*) FROM t').pluck().get()).toBe(1);
    expect(() => reader.exec('INSERT INTO t VALUES (2)')).toThrow(/readonly|read-only/);
  });

  test('a reader of a file that is not there is an error, not a new file', () => {
    expect(() => openReader(tempDatabaseFile())).toThrow();
  });
});
