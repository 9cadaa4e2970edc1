const INDONESIA = '62';

/**
 * The number as WhatsApp's links want it: digits with the country, nothing else. A number of Indonesia may be
 * written without its country (`0811…`); of any other that says none, nobody knows where it rings: null.
 */
export function whatsAppNumber(phone: string, country: string | null): string | null {
  const digits = phone.replace(/\D/g, '');
  const isIndonesian = country === null || /^(id|indonesia)$/i.test(country.trim());
  if (phone.trim().startsWith('+')) return digits.length >= 8 ? digits : null;
  if (digits.startsWith('00')) return digits.length >= 10 ? digits.slice(2) : null;
  if (!isIndonesian) return null;
  if (digits.startsWith('0')) return digits.length >= 9 ? INDONESIA + digits.slice(1) : null;
  return digits.startsWith(INDONESIA) && digits.length >= 10 ? digits : null;
}
