/** Numbers as options give them. */
import { InvalidArgumentError } from 'commander';

export const upTo =
  (most: number) =>
  (text: string): number => {
    const value = Number(text);
    if (!Number.isInteger(value) || value < 1 || value > most)
      throw new InvalidArgumentError(`must be a whole number from 1 to ${most}`);
    return value;
  };

export const above =
  (least: number) =>
  (text: string): number => {
    const value = Number(text);
    if (!(value > least)) throw new InvalidArgumentError(`must be a number above ${least}`);
    return value;
  };
