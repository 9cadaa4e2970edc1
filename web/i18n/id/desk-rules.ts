export const rules = {
  policy: 'Aturan',
  presetOpen: 'Terbuka: semua sekaligus',
  presetTiered: 'Bertingkat: bawaan spesifikasi',
  modeInUse: 'dipakai',
  strengths: 'Kelebihan',
  weaknesses: 'Kekurangan',
  bestFor: 'Cocok untuk',
  version: (version: string) => `Versi ${version}`,
  policyChanged: 'Aturan berubah oleh orang lain; muat ulang lalu coba lagi.',
};
