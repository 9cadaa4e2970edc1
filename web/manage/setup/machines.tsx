/** Sources or screens that may still speak, each with a way to end that. */
import { clockTime } from '../../shared/format.ts';
import { type Desk, type Page, usePolled } from '../desk.ts';
import { TwoTaps } from '../two-taps.tsx';
import { t } from '../words.ts';

interface Machine {
  id: string;
  name: string;
  tokenId: string;
  /** Since the server started. */
  lastUsedAt: string | null;
}

/** @param mayEnd only an admin may end a source or a screen */
export function Machines({ desk, kind, mayEnd }: { desk: Desk; kind: 'sources' | 'screens'; mayEnd: boolean }) {
  const words = t.value.setup[kind];
  const machines = usePolled(desk, () => desk.api.get<Page<Machine>>(`/${kind}`));
  const end = async (tokenId: string): Promise<void> => {
    await desk.api.delete(`/tokens/${encodeURIComponent(tokenId)}`);
    desk.refresh();
  };
  return (
    <ul class="list" aria-label={words.list}>
      {machines?.items.map(({ id, name, tokenId, lastUsedAt }) => (
        <li key={id} data-testid="machine">
          <span>
            {name} <span class="soft">{lastUsedAt !== null && t.value.setup.lastUsed(clockTime(lastUsedAt))}</span>
          </span>
          {mayEnd && (
            <TwoTaps label={t.value.setup.end} act={t.value.setup.endAct} run={() => end(tokenId)}>
              <p>{words.endWhat(name)}</p>
            </TwoTaps>
          )}
        </li>
      ))}
    </ul>
  );
}
