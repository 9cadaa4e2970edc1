export const live = {
  who: 'Siapa yang siap',
  nobody: 'Belum ada sales.',
};
