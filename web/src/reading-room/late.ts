/** What comes with its first use: the room opens without waiting for it. */

import type { Room } from "./feature.js";
import type { Said } from "../tools/language.js";

const FAILED: Said<string> = {
  vi: "Chưa tải được phần này. Kiểm tra mạng rồi thử lại.",
  en: "This part could not be loaded. Check the network and try again.",
};

export class Late<Value> {
  /** Null before its first use. */
  value: Value | null = null;
  private loading: Promise<Value> | null = null;

  constructor(
    private readonly room: Room,
    private readonly load: () => Promise<Value>,
  ) {}

  use(how: (value: Value) => void): void {
    this.loading ??= this.load();
    this.loading.then(
      (value) => {
        this.value = value;
        how(value);
      },
      () => {
        this.loading = null;
        this.room.say(FAILED[this.room.language]);
      },
    );
  }
}
