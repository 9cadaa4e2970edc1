export const wall = {
  wall: {
    title: 'Papan Sambar',
    points: 'Poin minggu ini',
    claims: 'Klaim minggu ini',
    conversion: 'Konversi minggu ini',
    opportunities: 'Peluang minggu ini',
    revenue: 'Penjualan minggu ini',
    claimSpeed: 'Kecepatan klaim minggu ini',
    pairTitle: 'Hubungkan layar ini',
    pairHelp: (address: string) =>
      `Di ponsel atau komputer buka ${address}, pilih "Hubungkan layar", lalu ketik kode ini.`,
    touchForSound: 'Sentuh untuk suara',
    nameless: 'Sembunyikan nama',
    latest: 'Klaim terbaru',
    poolSize: 'Lead terbuka',
    claimsToday: 'Klaim hari ini',
    age: (time: string) => `Data ${time} yang lalu`,
    noData: 'Belum ada data',
    claimed: (name: string, time: string) => `${name} dalam ${time}`,
    empty: 'Belum ada',
  },
};
