/**
 * Which boards each subject watches, over all its sockets: streams are shared by those who watch the same
 * one, and bounded in number, so nobody may take them all by opening more sockets.
 */

/** A manager's screens with every metric and period of a few teams, or a company's walls on one token. */
export const BOARDS_PER_SUBJECT_MAX = 100;

export interface WatchedBoards {
  /** False: the subject watches as many different boards as it may. */
  take(subjectId: string, stream: string, socketId: string): boolean;
  /** Whether the socket has taken it, and neither released it nor gone. */
  has(subjectId: string, stream: string, socketId: string): boolean;
  release(subjectId: string, stream: string, socketId: string): void;
  /** The socket is closed. */
  gone(subjectId: string, socketId: string): void;
}

export function createWatchedBoards(): WatchedBoards {
  const bySubject = new Map<string, Map<string, Set<string>>>();

  function release(subjectId: string, stream: string, socketId: string): void {
    const streams = bySubject.get(subjectId);
    const socketIds = streams?.get(stream);
    socketIds?.delete(socketId);
    if (socketIds?.size === 0) streams?.delete(stream);
    if (streams?.size === 0) bySubject.delete(subjectId);
  }

  return {
    take(subjectId, stream, socketId) {
      const streams = bySubject.get(subjectId) ?? new Map<string, Set<string>>();
      const socketIds = streams.get(stream) ?? new Set();
      if (socketIds.size === 0 && streams.size >= BOARDS_PER_SUBJECT_MAX) return false;
      bySubject.set(subjectId, streams.set(stream, socketIds.add(socketId)));
      return true;
    },
    has: (subjectId, stream, socketId) => bySubject.get(subjectId)?.get(stream)?.has(socketId) === true,
    release,
    gone(subjectId, socketId) {
      for (const stream of [...(bySubject.get(subjectId)?.keys() ?? [])]) release(subjectId, stream, socketId);
    },
  };
}
