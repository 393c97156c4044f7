/** Every key that the room lists, pressed in the first preset that has it: it does what the list says, also on keyboards and input methods of Vietnam. */

import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { DESKTOP, launch, Visitor } from "./browser.js";
import { openLink, openPortal, sendEarlier } from "./portal.js";
import { RoomHands } from "./room-hands.js";
import { RoomPage } from "./room-page.js";

const PRESETS = ["RadiAnt", "Weasis", "OHIF"];
/** The command and chord of each key that was pressed: where another preset has the same, it is not pressed again. */
const tried = new Set();
/** As the list writes them, and as the browser is told to press them. */
const WRITTEN = { "↑": "ArrowUp", "↓": "ArrowDown", "←": "ArrowLeft", "→": "ArrowRight", PgUp: "PageUp", PgDn: "PageDown", Esc: "Escape", Del: "Delete", Ctrl: "Control" };

let browser;
let portal;

before(async () => {
  portal = await openPortal();
  await sendEarlier(portal);
  browser = await launch({ isWithoutWebGl: true });
});

after(async () => {
  await browser?.close();
  await portal?.close();
});

/** A chord as Playwright presses it. */
function pressed(text) {
  const parts = text.endsWith("++") ? [...text.slice(0, -2).split("+"), "+"] : text === "+" ? ["+"] : text.split("+");
  return parts.map((part) => WRITTEN[part] ?? (/^[A-Z]$/.test(part) ? part.toLowerCase() : part)).join("+");
}

class Keys {
  constructor(visitor) {
    this.visitor = visitor;
    this.page = visitor.page;
    this.room = new RoomPage(visitor.page);
    this.hands = new RoomHands(visitor.page, 160);
  }

  /** Chooses a preset and reads its list. */
  async list(preset) {
    const { page } = this;
    await page.keyboard.press("?");
    await page.locator(".room-help select").selectOption(preset);
    const rows = await page.locator(".room-help dt[data-keys-of]").evaluateAll((terms) =>
      terms.map((term) => ({ command: term.dataset.keysOf, chords: [...term.querySelectorAll("kbd")].map(({ textContent }) => textContent), label: term.nextElementSibling.textContent })),
    );
    await page.keyboard.press("Escape");
    await page.locator(".room-help").waitFor({ state: "detached" });
    return rows;
  }

  do(command) {
    return this.page.click(`#room-toolbar [data-command="${command}"]`);
  }

  isOn(command) {
    return this.page.locator(`#room-toolbar [data-command="${command}"]`).getAttribute("aria-pressed").then((pressed) => pressed === "true");
  }

  activate(place) {
    return this.page.locator(`.pane[data-place="${place}"] .stage`).focus();
  }

  activePlace() {
    return this.page.locator(".pane.is-active").getAttribute("data-place").then(Number);
  }

  image(place = 0) {
    return this.room.text(place, ".pane-counter").then((text) => Number(/(\d+) \//.exec(text)?.[1]));
  }

  letters() {
    return this.room.pane(0).locator(".edge").allTextContents().then((edges) => edges.join(""));
  }

  /** How long a centimetre is on the screen. */
  async scale() {
    const [, length] = /h([\d.]+)v/.exec(await this.room.pane(0).locator(".bar").getAttribute("d"));
    const text = await this.room.pane(0).locator(".bar-label").textContent();
    return Number(length) / (Number.parseFloat(text) * (text.endsWith("cm") ? 10 : 1));
  }

  status() {
    return this.page.locator("#room-status").textContent();
  }

  isHidden(selector) {
    return this.page.locator(selector).first().isHidden();
  }

  until(read, isRight, what) {
    return this.room.eventually(read, isRight, what);
  }

  /** As the room was at first, as far as keys change it. */
  async home() {
    const { page, room } = this;
    await page.keyboard.press("Alt+3");
    await this.until(() => room.layout(), (found) => found === "1x3", "three panes");
    await this.activate(0);
    if ((await room.names())[0] !== "Lung") {
      await room.tile("Lung").click();
      await this.until(() => room.names(), ([first]) => first === "Lung", "the lung");
      await room.ready();
    }
    await this.activate(0);
    await this.do("hand-browse");
    await this.do("reset");
    // A stage is drawn once a frame, and with it what stands on it.
    await page.evaluate(() => new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(drawn))));
  }
}

/** Before the key is pressed; then what is read until it is right. Each gets the keys, and what the first returned. */
const EFFECTS = {
  help: dialog(".room-help"),
  menu: dialog(".room-menu"),
  undo: [async (keys) => { await keys.do("invert"); await keys.until(() => keys.isOn("invert"), Boolean, "inverted"); }, (keys) => keys.isOn("invert"), (isOn) => !isOn],
  redo: [async (keys) => { await keys.do("invert"); await keys.do("undo"); await keys.until(() => keys.isOn("invert"), (isOn) => !isOn, "undone"); }, (keys) => keys.isOn("invert"), Boolean],
  "delete-mark": [
    async (keys) => {
      await keys.do("measure-length");
      await keys.hands.drag(0, [40, 40], [80, 40]);
      await keys.until(() => keys.hands.labels(0), ({ length }) => length > 0, "a length");
    },
    (keys) => keys.hands.labels(0),
    ({ length }) => length === 0,
  ],
  first: image("End", () => 1),
  last: image("Home", () => 24),
  next: image("Home", (from) => from + 1),
  previous: image("End", (from) => from - 1),
  "forward-10": image("Home", (from) => from + 10),
  "back-10": image("End", (from) => from - 10),
  "zoom-in": [(keys) => keys.scale(), (keys) => keys.scale(), (scale, from) => scale > 1.2 * from],
  "zoom-out": [async (keys) => { await zoom(keys); return keys.scale(); }, (keys) => keys.scale(), (scale, from) => scale < from / 1.2],
  fit: [zoom, (keys) => keys.scale(), (scale, { fitted }) => Math.abs(scale / fitted - 1) < 0.001],
  reset: [async (keys) => { await keys.do("invert"); return zoom(keys); }, async (keys) => [await keys.scale(), await keys.isOn("invert")], ([scale, isOn], { fitted }) => Math.abs(scale / fitted - 1) < 0.001 && !isOn],
  enlarge: twice((keys) => keys.page.locator("#room-grid.is-enlarged").count().then(Boolean)),
  strip: twice((keys) => keys.isHidden("#room-series")),
  toolbar: twice((keys) => keys.isHidden("#room-head")),
  bars: twice(async (keys) => (await keys.isHidden("#room-series")) && (await keys.isHidden("#room-head"))),
  texts: twice((keys) => keys.isHidden(".pane-counter")),
  cine: twice((keys) => keys.isOn("cine")),
  "cine-all": twice((keys) => keys.isOn("cine-all")),
  "cine-slower": says(/^Phim 0,8× · 8 ảnh\/giây$/),
  "cine-faster": says(/^Phim 1× · 10 ảnh\/giây$/),
  invert: [(keys) => keys.isOn("invert"), (keys) => keys.isOn("invert"), (isOn, from) => isOn !== from],
  "rotate-right": turn("PARL"),
  "rotate-left": turn("APLR"),
  "flip-horizontal": turn("LRAP"),
  "flip-vertical": turn("RLPA"),
  "key-image": says(/^Đã (bỏ )?đánh dấu ảnh\.$/),
  print: [
    (keys) => keys.page.evaluate(() => { window.printed = 0; window.print = () => { window.printed += 1; }; }),
    (keys) => keys.page.evaluate(() => window.printed),
    (printed) => printed === 1,
    (keys) => keys.page.evaluate(() => dispatchEvent(new Event("afterprint"))),
  ],
  "region-next": [() => undefined, (keys) => keys.page.evaluate(() => document.activeElement?.closest("#room-grid") === null), Boolean],
  "hand-browse": [(keys) => keys.do("hand-pan"), (keys) => keys.isOn("hand-browse"), Boolean],
  "series-next": series("Lung", "Heart"),
  "series-previous": series("Heart", "Lung"),
  "series-first": series("Chest", "Lung"),
  "series-last": series("Lung", "Chest"),
  "pane-next": pane("1x3", 0, 1),
  "pane-previous": pane("1x3", 1, 0),
  "pane-left": pane("1x3", 1, 0),
  "pane-right": pane("1x3", 0, 1),
  "pane-up": pane("2x2", 2, 0),
  "pane-down": pane("2x2", 0, 2),
  prior: [() => undefined, (keys) => keys.room.pane(1).locator(".pane-study").textContent(), (text) => text.startsWith("Lần trước")],
  "second-window": [
    (keys) => { keys.opened = keys.visitor.context.waitForEvent("page"); },
    async (keys) => (await keys.opened).url(),
    (url) => url.endsWith("#second"),
    async (keys) => (await keys.opened).close(),
  ],
};

function dialog(selector) {
  const isOpen = (keys) => keys.page.locator(selector).count().then(Boolean);
  return [() => undefined, isOpen, Boolean, async (keys) => { await keys.page.keyboard.press("Escape"); await keys.page.locator(selector).waitFor({ state: "detached" }); }];
}

function image(from, to) {
  return [async (keys) => { await keys.page.keyboard.press(from); return keys.until(() => keys.image(), (at) => at === (from === "End" ? 24 : 1), from); }, (keys) => keys.image(), (at, was) => at === to(was)];
}

async function zoom(keys) {
  const fitted = await keys.scale();
  await keys.room.drag(0, { x: 0, y: 60 }, (await keys.page.evaluate(() => document.body.dataset.zooms)) ?? "right");
  await keys.page.keyboard.press("+");
  await keys.page.keyboard.press("+");
  await keys.until(() => keys.scale(), (scale) => scale > 1.4 * fitted, "enlarged");
  return { fitted };
}

/** The key switches something on; pressed again, off. */
function twice(isOn) {
  return [isOn, isOn, (now, was) => now !== was, null, "again"];
}

function says(pattern, prepare = () => undefined) {
  return [async (keys) => { await prepare(keys); }, (keys) => keys.status(), (text) => pattern.test(text)];
}

function turn(letters) {
  return [() => undefined, (keys) => keys.letters(), (found) => found === letters];
}

function series(from, to) {
  return [async (keys) => { if (from !== "Lung") { await keys.room.tile(from).click(); await keys.until(() => keys.room.names(), ([first]) => first === from, from); } await keys.activate(0); }, (keys) => keys.room.names(), ([first]) => first === to];
}

function pane(layout, from, to) {
  return [async (keys) => { await keys.page.keyboard.press(layout === "2x2" ? "Alt+4" : "Alt+3"); await keys.until(() => keys.room.layout(), (found) => found === layout, layout); await keys.activate(from); }, (keys) => keys.activePlace(), (place) => place === to];
}

/** What a command does; those of one kind by their names. */
function effectOf(command, label) {
  const layout = /^layout-(\dx\d)$/.exec(command)?.[1];
  if (layout !== undefined) {
    return [async (keys) => keys.page.keyboard.press(layout === "1x1" ? "Alt+4" : "Alt+1"), (keys) => keys.room.layout(), (found) => found === layout];
  }
  const window = /^window-(\d)$/.exec(command)?.[1];
  if (window !== undefined) {
    const chosen = (keys) => keys.page.locator("#room-windows").evaluate(({ selectedOptions }) => selectedOptions[0]?.textContent ?? "");
    const name = label.split(": ")[1];
    return name === undefined
      ? says(new RegExp(`^Loạt ảnh này không có cửa sổ số ${window}\\.$`))
      : [async (keys) => { await keys.room.drag(0, { x: 33, y: 7 }); await keys.until(() => chosen(keys), (found) => found === "", "a window of the hand"); }, chosen, (found) => found === `${window} ${name}`];
  }
  return EFFECTS[command] ?? (/^(hand|measure|magnifier|cursor)/.test(command) ? [() => undefined, (keys) => keys.isOn(command), Boolean] : null);
}

describe("the keys of the reading room", () => {
  for (const preset of PRESETS) {
    it(`do as in ${preset} what the list says, every one that is not pressed yet`, { timeout: 600_000 }, async () => {
      const visitor = await Visitor.arrive(browser, DESKTOP, portal.origins);
      try {
        await openLink(portal, visitor.page);
        const keys = new Keys(visitor);
        await keys.room.open();
        const rows = await keys.list(preset);
        const all = rows.flatMap(({ chords }) => chords);
        assert.ok(all.length > 50, `${all.length} keys`);
        assert.deepEqual(all.filter((chord, place) => all.indexOf(chord) !== place), [], "no key does two things");
        // What changes the study in the pane comes last.
        const isLast = ({ command }) => Number(["prior", "second-window"].includes(command));
        for (const { command, chords, label } of [...rows].sort((one, other) => isLast(one) - isLast(other))) {
          const effect = effectOf(command, label);
          assert.ok(effect !== null, `${command} is listed, and no test says what it does`);
          const [prepare, read, isRight, tidy, isTwice] = effect;
          for (const chord of chords.filter((chord) => !tried.has(`${command} ${chord}`))) {
            await keys.home();
            const was = await prepare(keys);
            await keys.page.keyboard.press(pressed(chord));
            await keys.until(() => read(keys), (found) => isRight(found, was), `${chord}: ${label}`);
            if (isTwice !== undefined) {
              await keys.page.keyboard.press(pressed(chord));
              await keys.until(() => read(keys), (found) => found === was, `${chord} once more: ${label}`);
            }
            await tidy?.(keys);
            tried.add(`${command} ${chord}`);
          }
        }
        assert.deepEqual(visitor.errors, [], "the console is clean");
      } finally {
        await visitor.leave();
      }
    });
  }

  it("stay with the images after a button was pressed by mouse, and with the button after Tab", async () => {
    const visitor = await Visitor.arrive(browser, DESKTOP, portal.origins);
    try {
      await openLink(portal, visitor.page);
      const keys = new Keys(visitor);
      await keys.room.open();
      await keys.activate(0);
      await keys.do("invert");
      await keys.until(() => keys.isOn("invert"), Boolean, "inverted");
      await keys.page.keyboard.press("Space");
      await keys.until(() => keys.isOn("cine"), Boolean, "Space plays, and does not press the button again");
      assert.ok(await keys.isOn("invert"));
      await keys.page.keyboard.press("Space");
      await keys.page.locator('#room-toolbar [data-command="invert"]').focus();
      await keys.page.keyboard.press("Space");
      await keys.until(() => keys.isOn("invert"), (isOn) => !isOn, "the focused button is pressed");
    } finally {
      await visitor.leave();
    }
  });

  it("are found by what was pressed where a Vietnamese keyboard or input method types something else", async () => {
    const visitor = await Visitor.arrive(browser, DESKTOP, portal.origins);
    try {
      await openLink(portal, visitor.page);
      const keys = new Keys(visitor);
      await keys.room.open();
      await keys.do("measure-length");
      await keys.hands.drag(0, [40, 40], [80, 40]);
      await keys.until(() => keys.hands.labels(0), ({ length }) => length > 0, "a length");
      // The Vietnamese layout has ă on 1; Telex makes ư of w, and đ of the second d after it has pressed Backspace by itself.
      const typed = [
        [{ key: "ă", code: "Digit1" }, () => keys.page.locator("#room-windows").evaluate(({ selectedIndex }) => selectedIndex), 1],
        [{ key: "ư", code: "" }, () => keys.isOn("hand-window"), true],
        [{ key: "Backspace", code: "Backspace" }, () => keys.hands.labels(0).then(({ length }) => length), 1],
        [{ key: "đ", code: "" }, () => keys.isOn("measure-length"), true],
        [{ key: "Process", code: "KeyT" }, () => keys.isOn("hand-pan"), true],
        [{ key: "Home", code: "Numpad7" }, () => keys.image(), 1],
      ];
      for (const [event, read, expected] of typed) {
        await keys.page.evaluate((how) => document.activeElement.dispatchEvent(new KeyboardEvent("keydown", { ...how, bubbles: true, cancelable: true })), event);
        await keys.until(read, (found) => found === expected, JSON.stringify(event));
      }
    } finally {
      await visitor.leave();
    }
  });
});
