/** The device's memory. A browser may forbid it; the page then works until it is closed. */
export function recall(key: string): string | null {
  try {
    return localStorage.getItem(key);
  } catch {
    return null;
  }
}

export function remember(key: string, value: string): void {
  try {
    localStorage.setItem(key, value);
  } catch {
    // Forbidden or full: nothing a person at this page could do about it.
  }
}

export function forget(key: string): void {
  try {
    localStorage.removeItem(key);
  } catch {
    // As above.
  }
}

/** For the client: what it remembers of unanswered taps. */
export const deviceStorage = { getItem: recall, setItem: remember, removeItem: forget };
