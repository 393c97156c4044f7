/** When the stage draws. */

import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { Stage, type Shown } from "../src/stage.js";

let frames: (() => void)[];

beforeEach(() => {
  frames = [];
  vi.stubGlobal("devicePixelRatio", 1);
  vi.stubGlobal("ResizeObserver", class {
    observe = () => undefined;
  });
  vi.stubGlobal("requestAnimationFrame", (run: () => void) => frames.push(run));
  vi.stubGlobal("cancelAnimationFrame", (number: number) => {
    frames[number - 1] = () => undefined;
  });
});

afterEach(() => {
  vi.unstubAllGlobals();
});

function make() {
  const drawn: string[] = [];
  const context = { setTransform: () => undefined, clearRect: () => undefined };
  const canvas = { hidden: true, width: 0, height: 0, getContext: () => context } as unknown as HTMLCanvasElement;
  const element = { clientWidth: 100, clientHeight: 100, dataset: {}, classList: { toggle: () => false } } as unknown as HTMLElement;
  const poster = { hidden: true, addEventListener: () => undefined } as unknown as HTMLImageElement;
  const stage = new Stage(element, poster, canvas);
  const shown = (name: string): Shown => ({ raster: { columns: 8, rows: 8, aspect: 1 }, quality: "full", paint: () => drawn.push(name) });
  return { stage, drawn, shown, next: () => frames.splice(0).forEach((run) => run()) };
}

it("the first picture is drawn at once", () => {
  const { stage, drawn, shown } = make();
  stage.show(shown("first"));
  expect(drawn).toEqual(["first"]);
});

it("however many pictures come in a frame of the screen, the newest is drawn, once", () => {
  const { stage, drawn, shown, next } = make();
  stage.show(shown("first"));
  ["a", "b", "c"].forEach((name) => stage.show(shown(name)));
  expect(drawn).toEqual(["first"]);
  next();
  next();
  expect(drawn).toEqual(["first", "c"]);
});

it("what is emptied before the frame comes is not drawn", () => {
  const { stage, drawn, shown, next } = make();
  stage.show(shown("first"));
  stage.show(shown("a"));
  stage.blank();
  next();
  expect(drawn).toEqual(["first"]);
});
