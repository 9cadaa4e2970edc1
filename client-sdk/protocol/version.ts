/**
 * The wire's version; one line of history each.
 * 1: the first race: alerts, claims, boards (2026-11).
 */
export const PROTOCOL_VERSION = 1;
