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

/** Whether these words stand in a text, whole and in their order: `our CRM, please` says `crm`, `CRMs` does not. */
export function saysWords(text: string, words: string): boolean {
  const sought = normaliseWord(words);
  return sought !== '' && ` ${normaliseWord(text)} `.includes(` ${sought} `);
}
