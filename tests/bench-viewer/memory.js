/** What a browser's pages and its graphics process take of this machine, while something happens. */

import { readFileSync } from "node:fs";

const EVERY_MS = 500;
const KIB = 1024;

/** Bytes of a process that no other one shares; 0 if it has ended. */
function privateBytes(id) {
  try {
    const lines = readFileSync(`/proc/${id}/smaps_rollup`, "utf8").matchAll(/^Private_\w+:\s+(\d+) kB$/gm);
    return [...lines].reduce((sum, [, kilobytes]) => sum + Number(kilobytes) * KIB, 0);
  } catch {
    return 0;
  }
}

export class Memory {
  #most = { page: 0, graphics: 0, both: 0 };
  #timer;

  /** Pages that are open already count as well. */
  static async watch(browser) {
    const memory = new Memory();
    memory.devtools = await browser.newBrowserCDPSession();
    memory.#timer = setInterval(() => void memory.#look().catch(() => {}), EVERY_MS);
    return memory;
  }

  async #look() {
    const { processInfo } = await this.devtools.send("SystemInfo.getProcessInfo");
    const of = (type) => processInfo.filter((one) => one.type === type).reduce((sum, { id }) => sum + privateBytes(id), 0);
    const [page, graphics] = [of("renderer"), of("GPU")];
    const now = { page, graphics, both: page + graphics };
    this.#most = Object.fromEntries(Object.entries(this.#most).map(([name, bytes]) => [name, Math.max(bytes, now[name])]));
  }

  /** The most bytes that were seen. */
  async stop() {
    clearInterval(this.#timer);
    await this.#look();
    await this.devtools.detach();
    return this.#most;
  }
}
