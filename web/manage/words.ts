/** All that the desk says, in the language in use: each section under its name. */
import { common as commonEnglish } from '../i18n/en/common.ts';
import { desk as deskEnglish } from '../i18n/en/desk.ts';
import { leads as leadsEnglish } from '../i18n/en/desk-leads.ts';
import { live as liveEnglish } from '../i18n/en/desk-live.ts';
import { people as peopleEnglish } from '../i18n/en/desk-people.ts';
import { rules as rulesEnglish } from '../i18n/en/desk-rules.ts';
import { setup as setupEnglish } from '../i18n/en/desk-setup.ts';
import { common as commonIndonesian } from '../i18n/id/common.ts';
import { desk as deskIndonesian } from '../i18n/id/desk.ts';
import { leads as leadsIndonesian } from '../i18n/id/desk-leads.ts';
import { live as liveIndonesian } from '../i18n/id/desk-live.ts';
import { people as peopleIndonesian } from '../i18n/id/desk-people.ts';
import { rules as rulesIndonesian } from '../i18n/id/desk-rules.ts';
import { setup as setupIndonesian } from '../i18n/id/desk-setup.ts';
import { inBoth } from '../shared/language.ts';

export const t = inBoth({
  id: {
    ...commonIndonesian,
    desk: deskIndonesian,
    leads: leadsIndonesian,
    live: liveIndonesian,
    people: peopleIndonesian,
    rules: rulesIndonesian,
    setup: setupIndonesian,
  },
  en: {
    ...commonEnglish,
    desk: deskEnglish,
    leads: leadsEnglish,
    live: liveEnglish,
    people: peopleEnglish,
    rules: rulesEnglish,
    setup: setupEnglish,
  },
});
