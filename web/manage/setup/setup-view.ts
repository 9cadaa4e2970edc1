/** How far the house is set up, asked again while it is looked at. */
import { type Desk, usePolled } from '../desk.ts';
import type { Setup } from './steps.ts';

export const askSetup = ({ api }: Desk): Promise<Setup> => api.get<Setup>('/setup');

export function useSetup(desk: Desk): Setup | null {
  return usePolled(desk, () => askSetup(desk));
}
