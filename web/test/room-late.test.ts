/** Scripts that come with their first use: keys and strokes that were first are not lost. */

import { describe, expect, it } from "vitest";
import type { StageTool } from "../src/stage.js";
import { Commands } from "../src/reading-room/commands.js";
import { Late } from "../src/reading-room/late.js";

const at = { x: 1, y: 2 };

/** A tool that writes down what it is asked to do. */
function recorder(): StageTool & { readonly done: string[] } {
  const done: string[] = [];
  return { takesKeys: true, done, down: () => done.push("down"), move: () => done.push("move"), up: () => done.push("up"), cancel: () => done.push("cancel") };
}

function coming<Value>() {
  const said: string[] = [];
  let arrive: (value: Value) => void = () => undefined;
  let fail: (error: Error) => void = () => undefined;
  let loads = 0;
  const late = new Late<Value>({ language: "en", say: (text) => said.push(text) }, () => {
    loads++;
    return new Promise((resolve, reject) => ([arrive, fail] = [resolve, reject]));
  });
  return { late, said, arrive: (value: Value) => arrive(value), fail: () => fail(new Error("no network")), loads: () => loads };
}

describe("a script that comes with its first use", () => {
  it("does all that was asked for, in that order, once it has come, and at once from then on", async () => {
    const { late, arrive, loads } = coming<string>();
    const done: string[] = [];
    const asked = [1, 2].map((time) => late.use((value) => done.push(`${value} ${time}`)));
    expect(done).toEqual([]);
    arrive("drawn");
    await Promise.all(asked);
    void late.use((value) => done.push(`${value} again`));
    expect([done, loads()]).toEqual([["drawn 1", "drawn 2", "drawn again"], 1]);
  });

  it("says that it cannot come, and is asked for again", async () => {
    const { late, said, arrive, fail, loads } = coming<string>();
    const done: string[] = [];
    const first = late.use((value) => done.push(value));
    fail();
    await first;
    expect([done, said]).toEqual([[], ["This part could not be loaded. Check the network and try again."]]);
    const second = late.use((value) => done.push(value));
    arrive("drawn");
    await second;
    expect([done, loads()]).toEqual([["drawn"], 2]);
  });

  it("counts as done when it was done, so that undo finds it", async () => {
    const { late, arrive } = coming<string>();
    const told: string[] = [];
    const commands = new Commands({ onObstacle: () => undefined, onDone: ({ name }) => told.push(name), onAdded: () => undefined });
    commands.add([{ name: "late", group: "other", label: { vi: "", en: "" }, run: () => late.use((value) => told.push(value)) }]);
    commands.run("late");
    expect(told).toEqual([]);
    arrive("drawn");
    await late.use(() => undefined);
    await Promise.resolve();
    expect(told).toEqual(["drawn", "late"]);
  });
});

describe("a tool whose script is coming", () => {
  const paneOf = (image: string) => ({ content: null, marks: { image }, stage: { view: {} } });

  it("draws the stroke that was made before, and goes on with it", async () => {
    const { late, arrive } = coming<StageTool>();
    const real = recorder();
    const tool = late.tool(paneOf("a"), (value) => value);
    tool?.down(at);
    tool?.move(at, at);
    arrive(real);
    await late.use(() => undefined);
    tool?.up(at);
    expect(real.done).toEqual(["down", "move", "up"]);
    expect(late.tool(paneOf("a"), (value) => value)).toBe(real);
  });

  it.each([
    ["image", (pane: ReturnType<typeof paneOf>) => (pane.marks.image = "b")],
    ["view", (pane: ReturnType<typeof paneOf>) => (pane.stage.view = {})],
  ])("draws nothing on another %s than the hand was over", async (_, change) => {
    const { late, arrive } = coming<StageTool>();
    const real = recorder();
    const pane = paneOf("a");
    const tool = late.tool(pane, (value) => value);
    tool?.down(at);
    tool?.up(at);
    change(pane);
    tool?.down(at);
    arrive(real);
    await late.use(() => undefined);
    expect(real.done).toEqual(["down"]);
  });
});
