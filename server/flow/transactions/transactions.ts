/** Everything the ledger can commit, by name: each a synchronous function of plain data. */

import type { Db } from '../../platform/db.ts';
import { answerComplaint, makeComplaint } from './complaining.ts';
import * as governing from './governing.ts';
import * as helping from './helping.ts';
import * as offering from './offering.ts';
import * as owning from './owning.ts';
import { pauseTeam, resumeTeam } from './pausing.ts';
import { workPool } from './pooling.ts';
import { closeMonths } from './quota.ts';
import * as routing from './routing.ts';
import { settleClaim } from './settle-claim.ts';
import { createStores, type Stores } from './stores.ts';
import { decideTiers } from './tiering.ts';

/** Leaves a commit's function with its plain-data argument only. */
function bind<A, R>(stores: Stores, run: (stores: Stores, args: A) => R): (args: A) => R {
  return (args) => run(stores, args);
}

export function createTransactions(db: Db) {
  const stores = createStores(db);
  return {
    settleClaim: bind(stores, settleClaim),
    acceptLead: bind(stores, offering.acceptLead),
    routeAgain: bind(stores, offering.routeAgain),
    openLane: bind(stores, offering.openLane),
    admitRep: bind(stores, offering.admitRep),
    extendOffer: bind(stores, offering.extendOffer),
    releaseLead: bind(stores, owning.releaseLead),
    assignLead: bind(stores, owning.assignLead),
    replaceOffer: bind(stores, owning.replaceOffer),
    logActivity: bind(stores, owning.logActivity),
    setStage: bind(stores, owning.setStage),
    workPool: bind(stores, workPool),
    askAssist: bind(stores, helping.askAssist),
    confirmAssist: bind(stores, helping.confirmAssist),
    makeComplaint: bind(stores, makeComplaint),
    answerComplaint: bind(stores, answerComplaint),
    addRep: bind(stores, governing.addRep),
    addReps: bind(stores, governing.addReps),
    changeRep: bind(stores, governing.changeRep),
    addManager: bind(stores, governing.addManager),
    addMachine: bind(stores, governing.addMachine),
    addToken: bind(stores, governing.addToken),
    revokeToken: bind(stores, governing.revokeToken),
    endAccess: bind(stores, governing.endAccess),
    noteHandover: bind(stores, governing.noteHandover),
    renewToken: bind(stores, governing.renewToken),
    addInvite: bind(stores, governing.addInvite),
    openSession: bind(stores, governing.openSession),
    decideTiers: bind(stores, decideTiers),
    closeMonths: bind(stores, closeMonths),
    setPolicy: bind(stores, governing.setPolicy),
    pauseTeam: bind(stores, pauseTeam),
    resumeTeam: bind(stores, resumeTeam),
    setAccount: bind(stores, routing.setAccount),
    addTimeOff: bind(stores, routing.addTimeOff),
    endTimeOff: bind(stores, routing.endTimeOff),
    reviewPolicy: bind(stores, governing.reviewPolicy),
    fireTimer: bind(stores, governing.fireTimer),
    forgetLead: bind(stores, governing.forgetLead),
    setTimer: bind(stores, governing.setTimer),
    replaceTimer: bind(stores, governing.replaceTimer),
    dropOldAnswers: bind(stores, governing.dropOldAnswers),
    setCell: bind(stores, governing.setCell),
    addRaceNotes: bind(stores, governing.addRaceNotes),
  };
}

export type Transactions = ReturnType<typeof createTransactions>;
