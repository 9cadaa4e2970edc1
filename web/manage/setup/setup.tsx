/** What an empty house needs before the first lead. */
import type { Desk } from '../desk.ts';
import { NewScreenForm } from './new-screen.tsx';

export function SetUp({ desk }: { desk: Desk }) {
  return (
    <div class="two">
      <NewScreenForm desk={desk} />
    </div>
  );
}
