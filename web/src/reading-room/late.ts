/** What comes with its first use: the room opens without waiting for it. */

import type { StageTool } from "../stage.js";
import type { Said } from "../tools/language.js";
import { EarlyTool, type Seen } from "./early-tool.js";
import type { Room } from "./feature.js";

const FAILED: Said<string> = {
  vi: "Chưa tải được phần này. Kiểm tra mạng rồi thử lại.",
  en: "This part could not be loaded. Check the network and try again.",
};

export class Late<Value> {
  /** Null before its first use. */
  value: Value | null = null;
  private loading: Promise<Value> | null = null;

  constructor(
    private readonly room: Pick<Room, "language" | "say">,
    private readonly load: () => Promise<Value>,
  ) {}

  /** At once if it is there, else when it has come; resolves after that, or after the reader was told that it cannot come. */
  async use(how: (value: Value) => unknown): Promise<void> {
    if (this.value === null) {
      this.loading ??= this.load();
      try {
        this.value = await this.loading;
      } catch {
        this.loading = null;
        this.room.say(FAILED[this.room.language]);
        return;
      }
    }
    await how(this.value);
  }

  /** A tool of the left button in a pane; what the hand does until it comes is done then. */
  tool(pane: Seen, make: (value: Value) => StageTool | null): StageTool | null {
    if (this.value !== null) {
      return make(this.value);
    }
    const early = new EarlyTool(pane);
    void this.use((value) => early.give(make(value)));
    return early;
  }
}
