/**
 * The history of a simulation as its clients tell it, for the oracle: who asked, what was answered, what
 * was heard, where a process ended.
 */
import type { Verdict } from '../../client-sdk/protocol/verdict.ts';
import type { Timeline, WallClock } from '../../server/kernel/timeline.ts';
import type { Claim, Happening } from '../../tools/oracle/line.ts';
import { Marker } from '../../tools/oracle/marks.ts';
import { OnFile } from '../../tools/oracle/on-file.ts';
import { Oracle } from '../../tools/oracle/oracle.ts';
import type { Script } from './script.ts';
import type { Asked, Device } from './sim-device.ts';
import type { SimDisk } from './sim-disk.ts';

/**
 * What the simulation does not ask of the oracle. L1 and L2: a client that gave up, or whose token had
 * ended, is no claim that is owed an answer; those that are owed one are asked for again at the end
 * (`checks.ts`).
 */
const ASKED_OTHERWISE = new Set(['L1', 'L2']);

export class ClientRecord {
  readonly #oracle: Oracle;
  readonly #marker = new Marker('');
  readonly #disk: SimDisk;
  readonly #timeline: Timeline;
  readonly #wall: WallClock;
  /** A network that turns events round shows clients what no server has said in that order. */
  readonly #hearsInOrder: boolean;

  constructor({ settings, steps }: Script, place: { disk: SimDisk; timeline: Timeline; wall: WallClock }) {
    // Clocks that are set are nothing to compare times by.
    const clocksAgree = !steps.some(({ kind }) => kind === 'jump');
    this.#oracle = new Oracle(clocksAgree ? { skewMs: 0 } : {});
    this.#hearsInOrder = settings.weather.reorders === 0;
    this.#disk = place.disk;
    this.#timeline = place.timeline;
    this.#wall = place.wall;
  }

  accepted(leadId: string): void {
    this.#line({ kind: 'accepted', leadId });
  }

  fault(what: string): void {
    this.#line({ kind: 'fault', what });
  }

  /** A process begins on what the one before has left. */
  begins(): void {
    using file = new OnFile(this.#disk.sqlite);
    const mark = this.#marker.markOn(file);
    this.#line({ kind: 'mark', ...mark });
  }

  /** What a device says or hears. */
  take({ person, label }: Device, what: string, payload: unknown, asked?: Asked): void {
    const { repId } = person;
    // One request id for two leads: two claims, of which either may win (contract 5).
    const claim: Claim | null =
      asked === undefined
        ? null
        : { offerId: null, ...asked, requestId: `${asked.requestId} of ${asked.leadId}`, repId };
    if (claim !== null) {
      const verdict = payload as Verdict | null;
      if (what.startsWith('> ')) this.#line({ kind: 'sent', ...claim });
      else if (what.startsWith('< ') && verdict?.verdict !== undefined)
        this.#line({ kind: 'answered', verdict, ...claim });
      else this.#line({ kind: 'silence', ...claim });
    } else if (this.#hearsInOrder) {
      if (what === 'state') this.#line({ kind: payload === 'live' ? 'joined' : 'left', repId, client: label });
      else if (/^< [a-z]+:/.test(what))
        this.#line({ kind: 'heard', repId, client: label, event: what.slice(2), payload });
    }
  }

  /** Every rule that is broken, in words. */
  judge(): string[] {
    const { broken } = this.#oracle.judge(this.#disk.sqlite, { isOver: true, isAudited: false });
    return broken
      .filter(({ id }) => !ASKED_OTHERWISE.has(id))
      .map(({ id, says, cases }) => `${id}, ${says}: ${cases.join('; ')}`);
  }

  #line(happening: Happening): void {
    this.#oracle.line({ at: this.#timeline.nowMs, wallMs: this.#wall.nowMs(), ...happening });
  }
}
