/** This machine's address in the room's network. */

interface Interface {
  address: string;
  family: string | number;
  internal: boolean;
}

/** The likeliest first: a router at home or in an office; a company's network; anything else, such as a container's. */
const LIKELY = [/^192\.168\./, /^10\./, /./];

/** @param interfaces as `os.networkInterfaces()` answers them; null: no other machine can reach this one */
export function lanAddress(interfaces: Record<string, Interface[] | undefined>): string | null {
  const addresses = Object.values(interfaces)
    .flatMap((list) => list ?? [])
    .filter(({ family, internal }) => !internal && (family === 'IPv4' || family === 4))
    .map(({ address }) => address);
  for (const likely of LIKELY) {
    const found = addresses.find((address) => likely.test(address));
    if (found !== undefined) return found;
  }
  return null;
}
