/** HEALTH-20: a team's competition, or all teams', paused for some days and resumed; what happens to open races is said. */

import { useSignal } from '@preact/signals';
import { useEffect, useState } from 'preact/hooks';
import { moment } from '../../shared/format.ts';
import { useSubmitting } from '../../shared/submitting.ts';
import { type Desk, type Page, usePolled } from '../desk.ts';
import { REPS_A_PAGE, type RepView } from '../people/rep-view.ts';
import { t } from '../words.ts';
import { authorInWords } from './author.ts';
import { PauseAct, teamPath } from './pause-act.tsx';

/** Of `GET /v1/teams/{team}/pause`. */
interface TeamPause {
  team: string;
  pause: { resumesAt: string; reason: string; by: string; byName: string | null } | null;
}

export function Pauses({ desk }: { desk: Desk }) {
  const words = t.value.rules.pauses;
  const teams = useTeams(desk);
  const ask = () => Promise.all(teams.map((team) => desk.api.get<TeamPause>(`${teamPath(team)}/pause`)));
  const all = usePolled(desk, ask, [teams.join('\n')]);
  const running = (all ?? []).filter(({ pause }) => pause === null).map(({ team }) => team);
  return (
    <section class="card" data-testid="pauses" aria-labelledby="pauses">
      <h3 id="pauses">{words.title}</h3>
      <p>{words.effect}</p>
      {teams.length === 0 && <p class="soft">{words.noTeams}</p>}
      <ul class="versions">
        {all?.map((one) => (
          <Team key={one.team} desk={desk} {...one} />
        ))}
      </ul>
      {running.length > 1 && <PauseAct desk={desk} teams={running} label={words.pauseAll} whom={words.all} />}
    </section>
  );
}

function Team({ desk, team, pause }: TeamPause & { desk: Desk }) {
  const words = t.value.rules.pauses;
  return (
    <li data-testid="team" data-team={team} data-paused={pause !== null}>
      <p>
        <strong>{team}</strong> · {pause === null ? words.running : words.paused(moment(pause.resumesAt))}
      </p>
      {pause === null ? (
        <PauseAct desk={desk} teams={[team]} label={words.pause} whom={team} />
      ) : (
        <>
          <p class="soft">{words.why(authorInWords(pause), pause.reason)}</p>
          <Resume desk={desk} team={team} />
        </>
      )}
    </li>
  );
}

function Resume({ desk, team }: { desk: Desk; team: string }) {
  const words = t.value.rules.pauses;
  const isOpen = useSignal(false);
  const { isBusy, trouble, submit } = useSubmitting();
  const act = async (): Promise<void> => {
    if (!isOpen.value) {
      isOpen.value = true;
      return;
    }
    const path = `${teamPath(team)}/resume`;
    await submit('resume', async (idempotencyKey) => {
      await desk.api.post(path, {}, { idempotencyKey });
    });
    isOpen.value = false;
    desk.refresh();
  };
  return (
    <div class="fields">
      {isOpen.value && <p>{words.resumeEffect}</p>}
      <div class="row">
        <button type="button" data-testid="resume" disabled={isBusy} onClick={() => void act()}>
          {isOpen.value ? words.resumeSure : words.resume}
        </button>
      </div>
      {trouble !== null && (
        <p class="trouble" role="alert">
          {trouble}
        </p>
      )}
    </div>
  );
}

/** The teams of the reps whom this manager may see, once: of thousands of reps not with every turn of the desk. */
function useTeams(desk: Desk): string[] {
  const [teams, setTeams] = useState<string[]>([]);
  useEffect(() => {
    let isGone = false;
    const gather = async (): Promise<void> => {
      const found = new Set<string>();
      for (let cursor: string | null = ''; cursor !== null; ) {
        const from: string = cursor === '' ? '' : `&cursor=${encodeURIComponent(cursor)}`;
        const page: Page<RepView> | null = await desk.load(
          desk.api.get<Page<RepView>>(`/reps?limit=${REPS_A_PAGE}${from}`),
        );
        if (isGone || page === null) return;
        for (const { team, active } of page.items) if (team !== null && active) found.add(team);
        cursor = page.nextCursor;
      }
      setTeams([...found].sort((a, b) => a.localeCompare(b)));
    };
    void gather();
    return () => {
      isGone = true;
    };
  }, [desk]);
  return teams;
}
