/** Undo and redo: states of the room, oldest first. */

const STEPS_MAX = 100;

export class History<State> {
  private readonly states: State[] = [];
  private place = -1;

  constructor(private readonly isSame: (a: State, b: State) => boolean) {}

  get canUndo(): boolean {
    return this.place > 0;
  }

  get canRedo(): boolean {
    return this.place < this.states.length - 1;
  }

  /** Remembers a state that differs from the current one; what was undone cannot be redone any more. */
  record(state: State): void {
    const current = this.states[this.place];
    if (current !== undefined && this.isSame(current, state)) {
      return;
    }
    this.states.splice(this.place + 1);
    this.states.push(state);
    this.states.splice(0, this.states.length - STEPS_MAX);
    this.place = this.states.length - 1;
  }

  /** The state before; null if there is none. */
  undo(): State | null {
    return this.go(-1);
  }

  redo(): State | null {
    return this.go(1);
  }

  private go(by: 1 | -1): State | null {
    const state = this.states[this.place + by];
    if (state === undefined) {
      return null;
    }
    this.place += by;
    return state;
  }
}
