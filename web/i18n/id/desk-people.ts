export const people = {
  newRep: 'Tambah sales',
  invite: 'Buat undangan',
  inviteLink: 'Tautan undangan (sekali pakai, 24 jam)',
};
