/** Rows that move to their new place when ranks change, so that the eye can follow; at once for whoever wants no motion. */
import { useLayoutEffect, useRef } from 'preact/hooks';

const MOVE_MS = 600;

export const wantsNoMotion = () => matchMedia('(prefers-reduced-motion: reduce)').matches;

/** For the parent of the rows, each of which has its own `data-rep-id`. */
export function useMovingRows<T extends HTMLElement>(): { current: T | null } {
  const parent = useRef<T>(null);
  const places = useRef(new Map<string, number>());
  useLayoutEffect(() => {
    const now = new Map<string, number>();
    for (const row of parent.current?.querySelectorAll<HTMLElement>('[data-rep-id]') ?? []) {
      const id = row.dataset.repId as string;
      now.set(id, row.offsetTop);
      const movedBy = (places.current.get(id) ?? row.offsetTop) - row.offsetTop;
      if (movedBy === 0 || wantsNoMotion()) continue;
      row.animate([{ transform: `translateY(${movedBy}px)` }, { transform: 'none' }], {
        duration: MOVE_MS,
        easing: 'ease-out',
      });
    }
    places.current = now;
  });
  return parent;
}
