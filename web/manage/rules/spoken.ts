/** What a document says in words, asked of the server while it is being written. */
import { useEffect, useRef, useState } from 'preact/hooks';
import { language } from '../../shared/language.ts';
import type { Desk } from '../desk.ts';
import type { Json } from './document.ts';
import type { Spoken } from './policy-view.ts';

interface Asked {
  key: string;
  document: Json;
}

/**
 * Null: not told yet, or there is no document. One question is under way at a time, and then the newest: every key that
 * is pressed makes another document.
 */
export function useSpoken(desk: Desk, document: Json | null): Spoken | null {
  const [told, setTold] = useState<{ key: string; spoken: Spoken } | null>(null);
  const wanted = useRef<Asked | null>(null);
  const isAsking = useRef(false);
  const answered = useRef('');
  const key = document === null ? null : `${language.value} ${JSON.stringify(document)}`;
  const ask = async (): Promise<void> => {
    if (isAsking.current) return;
    isAsking.current = true;
    for (let next = wanted.current; next !== null && next.key !== answered.current; next = wanted.current) {
      const lang = next.key.slice(0, 2);
      const spoken = await desk.load(desk.api.post<Spoken>(`/policy/words?lang=${lang}`, next.document));
      if (spoken === null) break;
      answered.current = next.key;
      setTold({ key: next.key, spoken });
    }
    isAsking.current = false;
  };
  useEffect(() => {
    wanted.current = key === null || document === null ? null : { key, document };
    void ask();
    // What could not be asked is asked again at the desk's next turn.
  }, [key, desk.turn.value]);
  if (key === null || told === null) return null;
  // The words of another language are none; those of an earlier draft stand until the newer ones come.
  return told.key.slice(0, 2) === key.slice(0, 2) ? told.spoken : null;
}
