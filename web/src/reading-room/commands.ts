/** All that a reader can do, by name: buttons, menu, keys and the list of keys are made from it. */

import type { Command, CommandGroup } from "./feature.js";

/** In the order of the menu. */
export const GROUPS: readonly CommandGroup[] = ["layout", "hand", "window", "view", "measure", "film", "planes", "linked", "objects", "other"];

export interface CommandEvents {
  /** A command cannot be done now; the reason, for the reader. */
  onObstacle(reason: string): void;
  /** Something was done: what is on may have changed. */
  onDone(command: Command): void;
  onAdded(): void;
}

export class Commands {
  private readonly commands = new Map<string, Command>();

  constructor(private readonly events: CommandEvents) {}

  /** Adds commands; a name that is taken is a mistake of the program. */
  add(commands: readonly Command[]): void {
    for (const command of commands) {
      if (this.commands.has(command.name)) {
        throw new Error(`there are two commands ${command.name}`);
      }
      this.commands.set(command.name, command);
    }
    this.events.onAdded();
  }

  get(name: string): Command | null {
    return this.commands.get(name) ?? null;
  }

  of(group: CommandGroup): readonly Command[] {
    return [...this.commands.values()].filter((command) => command.group === group);
  }

  /** Whether there is such a command, even if it cannot be done now. */
  run(name: string): boolean {
    const command = this.get(name);
    if (command === null) {
      return false;
    }
    const obstacle = command.obstacle?.() ?? null;
    if (obstacle === null) {
      const done = command.run();
      if (done instanceof Promise) {
        void done.then(() => this.events.onDone(command));
      } else {
        this.events.onDone(command);
      }
    } else {
      this.events.onObstacle(obstacle);
    }
    return true;
  }
}
