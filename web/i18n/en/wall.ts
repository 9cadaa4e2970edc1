import type { wall as indonesian } from '../id/wall.ts';

export const wall = {
  wall: {
    title: 'Sambar board',
    points: 'Points this week',
    claims: 'Claims this week',
    conversion: 'Conversion this week',
    opportunities: 'Opportunities this week',
    revenue: 'Revenue this week',
    claimSpeed: 'Claim speed this week',
    pointsOfMonth: 'Points this month',
    conversionOfMonth: 'Conversion this month',
    revenueOfMonth: 'Revenue this month',
    pairTitle: 'Connect this screen',
    pairHelp: (address: string) =>
      `On your phone or computer open ${address}, choose "Set-up" and type this code at "A screen in the office".`,
    touchForSound: 'Touch for sound',
    nameless: 'Hide names',
    latest: 'Latest claims',
    poolSize: 'Open leads',
    claimsToday: 'Claims today',
    age: (time: string) => `Data is ${time} old`,
    noData: 'No data yet',
    claimed: (name: string, time: string) => `${name} in ${time}`,
    empty: 'None yet',
  },
} satisfies typeof indonesian;
