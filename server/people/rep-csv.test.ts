import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { columnsOf, readReps, separatorOf } from './rep-csv.ts';

const read = (csv: string) => readReps(csv, 5000);

describe('a list of reps', () => {
  it('is read as Excel in Indonesia saves it, byte order mark and all', () => {
    const csv =
      '\uFEFFNama;E-mail;Tim;Tingkat;Zona waktu;Tanggal masuk;Bahasa\r\nSari Wulandari;sari@x.example;Jakarta;1;WITA;3/11/2026;id, en\r\n';
    expect(read(csv)).toEqual({
      columns: {
        name: 'Nama',
        email: 'E-mail',
        team: 'Tim',
        tier: 'Tingkat',
        timeZone: 'Zona waktu',
        hiredOn: 'Tanggal masuk',
        languages: 'Bahasa',
      },
      ignored: [],
      rows: [
        {
          line: 2,
          rep: {
            name: 'Sari Wulandari',
            email: 'sari@x.example',
            team: 'Jakarta',
            tier: 1,
            timeZone: 'Asia/Makassar',
            hiredOn: '2026-11-03',
            languages: ['id', 'en'],
          },
        },
      ],
      errors: [],
    });
  });

  it('names what cannot be read, by line and column, and reads on', () => {
    const csv = [
      'name,email,tier,hired on,phone',
      'Sari,sari@x.example,2,2026-11-01,1',
      ',budi@x.example,2,,',
      'Cici,not an address,many,2026-02-31,',
      '',
      'Dewi,SARI@x.example,,,',
    ].join('\n');
    const { rows, errors, ignored } = read(csv);
    expect(rows.map(({ line }) => line)).toEqual([2]);
    expect(ignored).toEqual(['phone']);
    expect(errors).toEqual([
      { line: 3, column: 'name', fault: 'missing' },
      { line: 4, column: 'email', fault: 'wrong' },
      { line: 4, column: 'tier', fault: 'wrong' },
      { line: 4, column: 'hiredOn', fault: 'wrong' },
      { line: 6, column: 'email', fault: 'twice' },
    ]);
  });

  test.each([
    ['no names of columns', 'Sari,sari@x.example', { line: 1, column: 'name', fault: 'noColumn' }],
    ['no e-mail', 'nama;tim\nSari;A', { line: 1, column: 'email', fault: 'noColumn' }],
    ['an open quote', 'name,email\n"Sari,s@x.example', { fault: 'unreadable' }],
  ])('%s: nothing is read', (_, csv, error) => {
    expect(read(csv)).toMatchObject({ rows: [], errors: [error] });
  });

  it('is refused whole when it is too long', () => {
    const csv = `name,email\n${Array.from({ length: 4 }, (_, n) => `R${n},r${n}@x.example`).join('\n')}`;
    expect(readReps(csv, 3)).toMatchObject({ rows: [], errors: [{ line: 5, fault: 'tooMany' }] });
    expect(readReps(csv, 4).rows).toHaveLength(4);
  });

  test.each([
    ['a;b,c;d', ';'],
    ['a\tb', '\t'],
    ['a,b', ','],
    ['name', ','],
  ])('%j is separated by %j', (line, separator) => expect(separatorOf(line)).toBe(separator));

  it('the first of two columns with one meaning counts', () => {
    expect(columnsOf(['Nama', 'name', 'EMAIL', ''])).toEqual({ of: ['name', null, 'email', null], ignored: ['name'] });
  });

  test('whatever it is given, it answers, and what it read is a rep', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 300 }), (text) => {
        for (const { rep } of read(`name;email\n${text}`).rows) expect(rep.email).toContain('@');
      }),
      { numRuns: 100 },
    );
  });
});
