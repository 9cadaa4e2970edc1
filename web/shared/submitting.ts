/**
 * One thing a person asks the server to do. Until the server has answered, a second tap is the same
 * ask under the same key, so a call or a release on a bad network is never logged twice.
 */
import { useRef, useState } from 'preact/hooks';
import { createClientRandom, newRequestId, SambarProblem } from '../../client-sdk/src/sambar-client.ts';
import { explain } from './problems.ts';

export interface Submitting {
  isBusy: boolean;
  /** Why the last one failed. */
  trouble: string | null;
  /** Runs `ask` under a key; true when the server did it. `what` tells asks of one form apart. */
  submit(what: string, ask: (idempotencyKey: string) => Promise<void>): Promise<boolean>;
}

const random = createClientRandom();

export function useSubmitting(): Submitting {
  const [isBusy, setBusy] = useState(false);
  const [trouble, setTrouble] = useState<string | null>(null);
  const keys = useRef(new Map<string, string>());
  const submit: Submitting['submit'] = async (what, ask) => {
    const key = keys.current.get(what) ?? newRequestId(random);
    keys.current.set(what, key);
    setBusy(true);
    setTrouble(null);
    try {
      await ask(key);
      keys.current.delete(what);
      return true;
    } catch (error) {
      // A definite no leaves nothing that could be done twice.
      if (error instanceof SambarProblem && error.status < 500) keys.current.delete(what);
      setTrouble(explain(error));
      return false;
    } finally {
      setBusy(false);
    }
  };
  return { isBusy, trouble, submit };
}
