/**
 * KLAIM. Where the team's rule asks for it (CLAIM-04), a tap that was not meant does nothing: the button is held for
 * 400 ms, or tapped a second time within three seconds, which is also how a keyboard or a screen reader claims.
 */
import { useEffect, useRef, useState } from 'preact/hooks';
import { t } from './words.ts';

const HOLD_MS = 400;
const SECOND_TAP_MS = 3000;
/** A new card takes no tap that was meant for the one before it. */
const ARMED_AFTER_MS = 350;

export type ConfirmMode = 'tap' | 'hold';

interface ClaimButtonProps {
  confirm: ConfirmMode;
  /** The last tap waits for its verdict. */
  isBusy: boolean;
  /** Nothing can be asked now: the device has no network. */
  isCutOff: boolean;
  onClaim(): void;
}

export function ClaimButton({ confirm, isBusy, isCutOff, onClaim }: ClaimButtonProps) {
  const isArmed = useArmed();
  const guarded = useGuarded(confirm, onClaim);
  const words = t.value.offers;
  const label = guarded.isAsking ? words.tapAgain : confirm === 'hold' ? words.holdToClaim : words.claim;
  return (
    <button
      type="button"
      class={`primary claim-button${guarded.isHeld ? ' held' : ''}`}
      data-testid="claim-button"
      data-confirm={confirm}
      disabled={isBusy || isCutOff || !isArmed}
      onPointerDown={guarded.press}
      onPointerUp={guarded.leave}
      onPointerLeave={guarded.leave}
      onPointerCancel={guarded.leave}
      onContextMenu={(event) => event.preventDefault()}
      onClick={guarded.click}
    >
      {isBusy ? words.sending : isCutOff ? words.cutOff : label}
    </button>
  );
}

interface Guarded {
  isHeld: boolean;
  /** A first tap was felt; a second one claims. */
  isAsking: boolean;
  press(): void;
  leave(): void;
  click(): void;
}

function useGuarded(confirm: ConfirmMode, onClaim: () => void): Guarded {
  const [isHeld, setHeld] = useState(false);
  const [isAsking, setAsking] = useState(false);
  const holding = useRef<ReturnType<typeof setTimeout>>(undefined);
  const asking = useRef<ReturnType<typeof setTimeout>>(undefined);
  const wasHeld = useRef(false);
  const leave = (): void => {
    clearTimeout(holding.current);
    setHeld(false);
  };
  const claim = (): void => {
    clearTimeout(asking.current);
    setAsking(false);
    onClaim();
  };
  useEffect(
    () => () => {
      clearTimeout(holding.current);
      clearTimeout(asking.current);
    },
    [],
  );
  if (confirm === 'tap') return { isHeld: false, isAsking: false, press: () => undefined, leave, click: onClaim };
  return {
    isHeld,
    isAsking,
    leave,
    press: () => {
      wasHeld.current = false;
      setHeld(true);
      holding.current = setTimeout(() => {
        wasHeld.current = true;
        leave();
        claim();
      }, HOLD_MS);
    },
    click: () => {
      // The click that ends a hold is not a tap of its own.
      if (wasHeld.current) {
        wasHeld.current = false;
        return;
      }
      if (isAsking) {
        claim();
        return;
      }
      setAsking(true);
      asking.current = setTimeout(() => setAsking(false), SECOND_TAP_MS);
    },
  };
}

function useArmed(): boolean {
  const [isArmed, arm] = useState(false);
  useEffect(() => {
    const timer = setTimeout(() => arm(true), ARMED_AFTER_MS);
    return () => clearTimeout(timer);
  }, []);
  return isArmed;
}
