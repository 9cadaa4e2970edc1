import { expect, test } from 'vitest';
import { BOARDS_PER_SUBJECT_MAX, createWatchedBoards } from './watched-boards.ts';

test('a subject may watch so many different boards over all its sockets, and another one as many', () => {
  const watched = createWatchedBoards();
  for (let n = 0; n < BOARDS_PER_SUBJECT_MAX; n++)
    expect(watched.take('mgr', `board${n}`, `socket${n % 7}`)).toBe(true);
  expect(watched.take('mgr', 'one more', 'socket8')).toBe(false);
  expect(watched.take('mgr', 'board1', 'socket8')).toBe(true);
  expect(watched.take('rep', 'one more', 'phone')).toBe(true);
});

test('what is released, or was a closed socket’s alone, makes room', () => {
  const watched = createWatchedBoards();
  for (let n = 0; n < BOARDS_PER_SUBJECT_MAX; n++) watched.take('mgr', `board${n}`, n < 2 ? 'tv' : 'desk');
  watched.take('mgr', 'board1', 'desk');
  watched.release('mgr', 'board5', 'desk');
  expect(watched.take('mgr', 'new1', 'desk')).toBe(true);
  expect(watched.has('mgr', 'board1', 'tv')).toBe(true);
  expect(watched.has('mgr', 'board5', 'desk')).toBe(false);
  watched.gone('mgr', 'tv');
  expect([watched.has('mgr', 'board1', 'tv'), watched.has('mgr', 'board1', 'desk')]).toEqual([false, true]);
  expect(watched.take('mgr', 'new2', 'desk')).toBe(true);
  expect(watched.take('mgr', 'new3', 'desk')).toBe(false);
});
