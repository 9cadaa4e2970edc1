/** Binds how a screen on a wall gets its token. */
import type { EdgeDeps } from './edges.ts';
import { createPairings } from './people/pairing.ts';
import { pairingRoutes } from './people/pairing-routes.ts';
import { actorOf } from './people/people.ts';
import type { Http } from './platform/http.ts';
import { stored } from './stored.ts';

export function bindScreens(app: Http, { house, door }: EdgeDeps): void {
  const { world, access } = house;
  pairingRoutes(app, {
    pairings: createPairings({ clock: world.clock, random: world.random }),
    mayBegin: door.pairing,
    addScreen: (name, speaker, idempotency) => stored(access.addMachine('screen', name, actorOf(speaker), idempotency)),
    revoke: (tokenId, speaker) => stored(access.revoke(tokenId, actorOf(speaker))),
  });
}
