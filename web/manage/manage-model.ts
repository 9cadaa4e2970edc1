/** What a manager looks after, as the server's lists have it; asked for again while the page is open. */
import { computed, type ReadonlySignal, type Signal, signal } from '@preact/signals';
import { Api, type ConnectionState, type LeadView, SambarProblem } from '../../client-sdk/src/sambar-client.ts';
import { language, t } from '../shared/language.ts';
import { explain } from '../shared/problems.ts';
import type { Session } from '../shared/session.ts';
import { ticking } from '../shared/ticking.ts';
import type { RaceView } from './race-view.ts';

/** One of `GET /v1/reps`. */
export interface RepView {
  id: string;
  name: string;
  email: string;
  team: string | null;
  tier: number;
  status: 'ready' | 'break';
  active: boolean;
  online: boolean;
}

export interface Page<T> {
  items: T[];
  nextCursor: string | null;
}

/** `GET /v1/policy`: the page knows only what it shows. */
export interface PolicyView {
  version: number;
  preset?: string;
  /** What is probably not meant in the rules, in the page's language. */
  warnings?: { rule: string | null; warning: string; message: string }[];
  etag: string | null;
}

/** Of `GET /v1/policy/modes`. */
export interface ModeView {
  mode: string;
  inUse: boolean;
  strengths: string;
  weaknesses: string;
  bestFor: string;
}

/** What was loaded last, and when. */
export interface Lists {
  leads: Signal<Page<LeadView> | null>;
  reps: Signal<RepView[] | null>;
  policy: Signal<PolicyView | null>;
  modes: Signal<ModeView[]>;
  loadedAtMs: Signal<number | null>;
}

export interface ManageModel extends Lists {
  api: Api;
  race: Signal<RaceView | null>;
  /** Why what the manager asked for was not done, or else why the lists could not be loaded. */
  trouble: ReadonlySignal<string | null>;
  /** Live: the last load succeeded. */
  connection: Signal<ConnectionState>;
  /** How long ago the lists were loaded. */
  ageMs: ReadonlySignal<number | null>;
  refresh(): Promise<void>;
  nextLeads(): Promise<void>;
  openRace(leadId: string): Promise<void>;
  setPreset(preset: string): Promise<void>;
  stop(): void;
}

const REFRESH_MS = 5000;
const LEADS_A_PAGE = 25;
const REPS_A_PAGE = 200;

export function createManageModel(token: string, session: Session): ManageModel {
  const api = new Api({ url: location.origin, token });
  const clock = ticking(() => performance.now());
  const lists = emptyLists();
  const race = signal<RaceView | null>(null);
  const connection = signal<ConnectionState>({ kind: 'connecting' });
  const [refused, notLoaded] = [signal<string | null>(null), signal<string | null>(null)];
  let cursor: string | null = null;
  const refresh = async (): Promise<void> => {
    const problem = await failureOf(loadLists(api, lists, cursor), session);
    connection.value = { kind: problem === null ? 'live' : 'offline' };
    notLoaded.value = problem;
  };
  const act = async (task: Promise<void>): Promise<void> => {
    refused.value = await failureOf(task, session);
  };
  const timer = setInterval(() => {
    if (document.visibilityState === 'visible') void refresh();
  }, REFRESH_MS);
  void refresh();
  return {
    ...lists,
    api,
    race,
    connection,
    trouble: computed(() => refused.value ?? notLoaded.value),
    ageMs: computed(() => (lists.loadedAtMs.value === null ? null : clock.now.value - lists.loadedAtMs.value)),
    refresh,
    nextLeads: () => {
      // Past the last page the list begins anew.
      cursor = lists.leads.value?.nextCursor ?? null;
      return refresh();
    },
    openRace: (leadId) => act(loadRace(api, leadId, race)),
    setPreset: async (preset) => {
      await act(putPreset(api, preset, lists.policy.value));
      await refresh();
    },
    stop: () => {
      clock.stop();
      clearInterval(timer);
    },
  };
}

function emptyLists(): Lists {
  return {
    leads: signal(null),
    reps: signal(null),
    policy: signal(null),
    modes: signal([]),
    loadedAtMs: signal(null),
  };
}

async function loadLists(api: Api, lists: Lists, cursor: string | null): Promise<void> {
  const from = cursor === null ? '' : `&cursor=${encodeURIComponent(cursor)}`;
  const lang = `?lang=${language.value}`;
  const [leads, reps, policy, modes] = await Promise.all([
    api.get<Page<LeadView>>(`/leads?limit=${LEADS_A_PAGE}${from}`),
    api.get<Page<RepView>>(`/reps?limit=${REPS_A_PAGE}`),
    api.request<Omit<PolicyView, 'etag'>>('GET', `/policy${lang}`),
    api.get<Page<ModeView>>(`/policy/modes${lang}`),
  ]);
  lists.leads.value = leads;
  lists.reps.value = reps.items;
  lists.policy.value = { ...policy.body, etag: policy.etag };
  lists.modes.value = modes.items;
  lists.loadedAtMs.value = performance.now();
}

async function loadRace(api: Api, leadId: string, race: Signal<RaceView | null>): Promise<void> {
  race.value = await api.get<RaceView>(`/races/${encodeURIComponent(leadId)}`);
}

async function putPreset(api: Api, preset: string, known: PolicyView | null): Promise<void> {
  // The version this page shows: a change that somebody else made meanwhile is never overwritten.
  await api.put('/policy', { preset }, { ifMatch: known?.etag ?? '*' });
}

/** In words for the manager; null: it was done. A token that is no longer good ends the session. */
async function failureOf(task: Promise<void>, session: Session): Promise<string | null> {
  try {
    await task;
    return null;
  } catch (error) {
    if (!(error instanceof SambarProblem)) return explain(error);
    if (error.status === 401) session.signOut(explain(error));
    return error.status === 412 ? t.value.manage.policyChanged : explain(error);
  }
}
