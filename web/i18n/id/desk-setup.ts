export const setup = {
  screens: {
    title: 'Hubungkan layar',
    code: 'Kode di layar',
    name: 'Nama layar',
    done: (name: string) => `${name} sudah terhubung.`,
  },
};
