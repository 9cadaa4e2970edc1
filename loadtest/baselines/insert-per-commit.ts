/**
 * One row, one commit, on the disk that the product writes to, with the product's durability: what each
 * message asks for is done one after the other, and answered with how long each took, in milliseconds.
 */
import Database from 'better-sqlite3';

const sqlite = new Database(process.env.DATABASE_FILE ?? '');
sqlite.pragma('journal_mode = WAL');
sqlite.exec('CREATE TABLE IF NOT EXISTS rows (id INTEGER PRIMARY KEY, at INTEGER NOT NULL)');
sqlite.pragma('synchronous = FULL');
const insert = sqlite.prepare('INSERT INTO rows (at) VALUES (?)');

process.on('message', ({ commits }: { commits: number }) => {
  const tookMs = Array.from({ length: commits }, () => {
    const beganAt = performance.now();
    insert.run(Date.now());
    return performance.now() - beganAt;
  });
  process.send?.(tookMs);
});
process.on('disconnect', () => process.exit(0));
