/** Reads at the instants of a plan, whatever the server does. */
import type { Subject } from '../bench.ts';
import { Latencies } from '../measure/histogram.ts';
import { Http, HttpError } from './http.ts';
import { untilDone } from './racers.ts';

export interface ReadPlan {
  path: string;
  /** Whose; each in turn. */
  tokens: readonly string[];
  perSecond: number;
  count: number;
}

/** How long each took from its instant. @throws HttpError for any answer but 200 */
export async function readAll(subject: Subject, { path, tokens, perSecond, count }: ReadPlan): Promise<Latencies> {
  using http = new Http(subject);
  const latencies = new Latencies();
  let asked = 0;
  let answered = 0;
  let failure: Error | null = null;
  await untilDone(
    `${subject.name}: ${path}`,
    (look) => {
      const beganAt = performance.now();
      const read = async (intendedAt: number) => {
        const { status, body } = await http.ask('GET', path, undefined, tokens[asked % tokens.length]);
        if (status !== 200) failure ??= new HttpError(`GET ${path}: ${status} ${body.slice(0, 300)}`);
        latencies.record(performance.now() - intendedAt);
        answered++;
        look();
      };
      const keepTime = () => {
        const intendedAt = beganAt + (asked * 1_000) / perSecond;
        if (performance.now() >= intendedAt) {
          asked++;
          read(intendedAt).catch((error: Error) => {
            failure ??= error;
            look();
          });
        }
        if (asked < count && failure === null) setImmediate(keepTime);
      };
      keepTime();
    },
    () => answered === count || failure !== null,
  );
  if (failure !== null) throw failure;
  return latencies;
}
