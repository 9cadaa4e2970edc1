/**
 * Colours for people at a terminal, and for nobody else: what is piped, redirected or printed by a CI runner stays
 * plain, so that a script may search it. (picocolors alone would colour under `CI`, pipe or not.)
 */
import pc from 'picocolors';

const { FORCE_COLOR, NO_COLOR } = process.env;
const isWanted = NO_COLOR === undefined && (process.stdout.isTTY || (FORCE_COLOR !== undefined && FORCE_COLOR !== '0'));

export const color = pc.createColors(isWanted);
