/** Runs tasks in the order in which they were given, also when one must wait for something first. */
export interface InOrder {
  /** At once when nothing before it waits, else after what does. */
  run(task: () => void): void;
  /** What is given from now on waits for this too, however it ends. */
  hold(until: Promise<unknown>): void;
}

export function createInOrder(): InOrder {
  let tail: Promise<void> | null = null;

  function append(step: Promise<void>): void {
    tail = step;
    const freed = () => {
      if (tail === step) tail = null;
    };
    step.then(freed, freed);
  }

  return {
    run(task) {
      if (tail === null) task();
      else append(tail.then(task));
    },
    hold(until) {
      const before = tail ?? Promise.resolve();
      append(
        before.then(
          () => until.then(noop, noop),
          () => until.then(noop, noop),
        ),
      );
    },
  };
}

function noop(): void {}
