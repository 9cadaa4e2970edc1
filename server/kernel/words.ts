/** When two words of a lead are one. */

/**
 * One spelling for all: `Demo Request`, `demo_request`, `demo-request` and `demoRequest` are the same
 * word. Letters and digits of any script stay.
 */
export function normaliseWord(word: string): string {
  return word
    .replace(/(\p{Ll})(\p{Lu})/gu, '$1 $2')
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, ' ')
    .trim();
}
