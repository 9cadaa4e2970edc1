/** Taps on KLAIM whose verdict is not known yet; with a lasting storage they survive a reload. */
import type { ClientStorage } from './platform.ts';

export interface UnansweredTap {
  leadId: string;
  offerId: string | undefined;
  requestId: string;
}

const KEY = 'sambar:unanswered';
/** More would be races nobody remembers. */
const KEPT = 20;

export class UnansweredTaps {
  readonly #storage: ClientStorage;

  constructor(storage: ClientStorage) {
    this.#storage = storage;
  }

  all(): UnansweredTap[] {
    try {
      const taps: unknown = JSON.parse(this.#storage.getItem(KEY) ?? '[]');
      return Array.isArray(taps) ? taps.filter(isTap) : [];
    } catch {
      // What another version or another page left there is no reason to fail a claim.
      return [];
    }
  }

  find(leadId: string, offerId: string | undefined): UnansweredTap | undefined {
    return this.all().find((tap) => tap.leadId === leadId && tap.offerId === offerId);
  }

  add(tap: UnansweredTap): void {
    const others = this.all().filter(({ requestId }) => requestId !== tap.requestId);
    this.#keep([...others, tap].slice(-KEPT));
  }

  remove(requestId: string): void {
    this.#keep(this.all().filter((tap) => tap.requestId !== requestId));
  }

  #keep(taps: UnansweredTap[]): void {
    try {
      if (taps.length === 0) this.#storage.removeItem(KEY);
      else this.#storage.setItem(KEY, JSON.stringify(taps));
    } catch {
      // A full or forbidden storage costs the memory over a reload, never the claim.
    }
  }
}

function isTap(value: unknown): value is UnansweredTap {
  const tap = value as Partial<UnansweredTap> | null;
  return typeof tap?.leadId === 'string' && typeof tap.requestId === 'string';
}
