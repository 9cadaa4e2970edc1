/** A QR code as lines of a terminal, two rows of it in each; light on dark, as most terminals are. */
import { renderUnicodeCompact } from 'uqr';

export function qrLines(text: string): string[] {
  return renderUnicodeCompact(text, { border: 2 }).split('\n');
}
