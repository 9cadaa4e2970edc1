/**
 * MET-22: how unevenly something is spread over reps: 0 when all have the same, 1 when one has everything. Pure.
 *
 * The plain coefficient of n people ends at (n - 1) / n; multiplied by n / (n - 1) the extreme is exactly 1, for two
 * reps as for forty, so that teams of different sizes can be compared.
 */

/** Null: of fewer than two people, or of nothing, nobody can have more than the others. */
export function giniOf(amounts: readonly number[]): number | null {
  const n = amounts.length;
  const sum = amounts.reduce((total, amount) => total + amount, 0);
  if (n < 2 || sum === 0) return null;
  const sorted = [...amounts].sort((a, b) => a - b);
  const weighted = sorted.reduce((total, amount, index) => total + (2 * (index + 1) - n - 1) * amount, 0);
  return weighted / ((n - 1) * sum);
}
