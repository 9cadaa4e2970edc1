/** The control of a fault row: a server that breaks the promise, so that the row's judgement is seen to notice. */
import { type Edit, editedBuild } from '../../../tools/faults/edited-build.ts';
import type { Program } from '../../support/server-process.ts';

export type { Edit } from '../../../tools/faults/edited-build.ts';

/** What `spawnServer` runs in place of the built server. */
export function brokenBuild(...edits: Edit[]): Program {
  return editedBuild(edits);
}
