/** A race on its time axes: when its lanes opened, and in each lane who was alerted, saw and claimed when. */
import { number, span } from '../../shared/format.ts';
import { t } from '../words.ts';
import { attemptWords } from './lead-words.ts';
import {
  axisMs,
  lanesOf,
  type Mark,
  type MarkKind,
  marksOf,
  type RaceLane,
  type RaceLine,
  type RaceOffer,
} from './race-view.ts';

const TRACK = { height: 32, middle: 16 };
const KINDS: readonly MarkKind[] = ['sent', 'delivered', 'seen', 'won', 'lost', 'refused', 'other'];
/** Of those who did nothing a manager is told how many; their figures are in the table. */
const LINES_MAX = 40;

interface AxesProps {
  offer: RaceOffer;
  lines: RaceLine[];
  nowMs: number;
}

export function Axes({ offer, lines, nowMs }: AxesProps) {
  const lanes = lanesOf(lines);
  const shown = new Set(lanes.flatMap((lane) => lane.lines.flatMap((line) => marksOf(line).map(({ kind }) => kind))));
  return (
    <>
      {lanes.length > 1 && <LaneTimes offer={offer} lanes={lanes} nowMs={nowMs} />}
      {lanes.map((lane, place) => (
        <Lane key={lane.lane} lane={lane} place={place + 1} />
      ))}
      <ul class="legend" aria-label={t.value.leads.raced.legend}>
        {KINDS.filter((kind) => shown.has(kind)).map((kind) => (
          <li key={kind}>
            <svg class="key" width="24" height="24" aria-hidden="true">
              <Shape kind={kind} x="12" />
            </svg>
            {t.value.leads.raced.marks[kind]}
          </li>
        ))}
      </ul>
    </>
  );
}

/** Each lane from its opening to the end of the offer; one that never opened says so. */
function LaneTimes({ offer, lanes, nowMs }: { offer: RaceOffer; lanes: RaceLane[]; nowMs: number }) {
  const words = t.value.leads.raced;
  const openedMs = Date.parse(offer.openedAt);
  const isOpen = offer.state === 'open';
  const endMs = isOpen ? Date.parse(offer.closesAt) : Date.parse(offer.endedAt ?? offer.closesAt);
  const lastsMs = Math.max(1, endMs - openedMs);
  const laneWords = ({ opensAtMs, isOpened }: RaceLane): string => {
    const laterMs = opensAtMs - openedMs;
    if (isOpened) return laterMs <= 0 ? words.laneAtOnce : words.laneLater(span(laterMs));
    return isOpen ? words.laneWaits(span(Math.max(0, opensAtMs - nowMs))) : words.laneNever(span(laterMs));
  };
  return (
    <div>
      <p class="soft">
        {words.lanes}. {words.axisOfLanes}: {span(lastsMs)}.
      </p>
      <ol class="tracks">
        {lanes.map((lane, place) => {
          const from = Math.min(1, Math.max(0, (lane.opensAtMs - openedMs) / lastsMs));
          return (
            <li key={lane.lane}>
              <span>{words.lane(number(place + 1), number(lane.lines.length))}</span>
              <svg class="track" height={TRACK.height} aria-hidden="true">
                <line class="base" x1="0" x2="100%" y1={TRACK.middle} y2={TRACK.middle} />
                <rect class={lane.isOpened ? 'open' : 'waits'} x={at(from)} width={at(1 - from)} y="11" height="10" />
              </svg>
              <span class="said">{laneWords(lane)}</span>
            </li>
          );
        })}
      </ol>
    </div>
  );
}

function Lane({ lane: { lines, isOpened }, place }: { lane: RaceLane; place: number }) {
  const words = t.value.leads.raced;
  if (!isOpened) return null;
  const did = lines.filter(
    ({ alert, attempts }) => attempts.length > 0 || alert?.deliveredAt != null || alert?.seenAt != null,
  );
  const shown = did.slice(0, LINES_MAX);
  const lastsMs = axisMs(shown.flatMap(marksOf));
  const others = lines.length - shown.length;
  return (
    <div>
      <h4>
        {words.lane(number(place), number(lines.length))} <span class="soft">· {words.axis}</span>
      </h4>
      <ol class="tracks" data-testid="race-axis">
        {shown.length > 0 && <Scale lastsMs={lastsMs} />}
        {shown.map((line) => (
          <Line key={line.repId} line={line} lastsMs={lastsMs} />
        ))}
      </ol>
      {others > 0 && <p class="soft">{words.others(number(others))}</p>}
    </div>
  );
}

function Scale({ lastsMs }: { lastsMs: number }) {
  return (
    <li class="scale" aria-hidden="true">
      <span />
      <span class="ends">
        {[0, 0.5, 1].map((part) => (
          <span key={part}>{span(part * lastsMs)}</span>
        ))}
      </span>
    </li>
  );
}

function Line({ line, lastsMs }: { line: RaceLine; lastsMs: number }) {
  const words = t.value.leads;
  const marks = marksOf(line);
  const placeOf = ({ atMs }: Mark): number => Math.min(1, atMs / lastsMs);
  const markWords = (mark: Mark): string => {
    const told = mark.attempt === undefined ? words.raced.marks[mark.kind] : attemptWords(mark.attempt);
    return mark.atMs > lastsMs ? `${told} ${span(mark.atMs)} (${words.raced.later})` : `${told} ${span(mark.atMs)}`;
  };
  const last = Math.max(0, ...marks.map(placeOf));
  const said = line.attempts.map(attemptWords).join('; ');
  return (
    <li data-testid="axis-line" data-rep-id={line.repId}>
      <span class="clamp">{line.name}</span>
      <svg class="track" height={TRACK.height} role="img" aria-label={marks.map(markWords).join(', ')}>
        <line class="base" x1="0" x2="100%" y1={TRACK.middle} y2={TRACK.middle} />
        <line class="span" x1="0" x2={at(last)} y1={TRACK.middle} y2={TRACK.middle} />
        {marks.map((mark) => (
          <g key={`${mark.kind} ${mark.atMs}`}>
            <title>{markWords(mark)}</title>
            <Shape kind={mark.kind} x={at(placeOf(mark))} isBeyond={mark.atMs > lastsMs} />
          </g>
        ))}
      </svg>
      <span class="said">{said || wordsOfSilence(marks)}</span>
    </li>
  );
}

/** Of who did not try: how far the alert came. */
function wordsOfSilence(marks: Mark[]): string {
  const last = marks.at(-1);
  return last === undefined ? '' : `${t.value.leads.raced.marks[last.kind]} ${span(last.atMs)}`;
}

/** A share of the track's width. */
function at(share: number): string {
  return `${(share * 100).toFixed(2)}%`;
}

/** Each kind has a shape of its own, so that none is told by its colour alone; an arrow: it came later than shown. */
function Shape({ kind, x, isBeyond = false }: { kind: MarkKind; x: string; isBeyond?: boolean }) {
  return (
    <svg class={`mark ${kind}`} x={x} aria-hidden="true">
      {isBeyond ? <path d="M4 8 L12 16 L4 24" class="beyond" /> : SHAPES[kind]}
    </svg>
  );
}

/** Around x 0, and the middle of a track. */
const SHAPES: Record<MarkKind, preact.JSX.Element> = {
  sent: <line class="stroke" x1="0" x2="0" y1="8" y2="24" />,
  delivered: <circle class="hollow" cx="0" cy="16" r="5" />,
  seen: <circle class="full" cx="0" cy="16" r="5" />,
  won: <path class="full" d="M0 5 L3 13 L11 13 L5 18 L7 26 L0 21 L-7 26 L-5 18 L-11 13 L-3 13 Z" />,
  lost: <path class="full" d="M0 8 L8 23 L-8 23 Z" />,
  refused: <path class="stroke" d="M-7 9 L7 23 M7 9 L-7 23" />,
  other: <path class="hollow" d="M0 8 L8 16 L0 24 L-8 16 Z" />,
};
