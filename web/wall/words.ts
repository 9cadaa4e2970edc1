/** All that this page says, in the language in use. */
import { common as commonEnglish } from '../i18n/en/common.ts';
import { wall as english } from '../i18n/en/wall.ts';
import { common as commonIndonesian } from '../i18n/id/common.ts';
import { wall as indonesian } from '../i18n/id/wall.ts';
import { inBoth } from '../shared/language.ts';

export const t = inBoth({
  id: { ...commonIndonesian, ...indonesian },
  en: { ...commonEnglish, ...english },
});
