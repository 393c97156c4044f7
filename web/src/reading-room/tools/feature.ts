/** Measuring, looking closer, finding places, marking images and giving pictures away. */

import { DEFAULT_LOOK } from "../../full/look.js";
import type { ToolButton } from "../../tools/measuring/buttons.js";
import { mirror, rotate } from "../../view-turns.js";
import type { Raster, Size, View } from "../../view-geometry.js";
import type { Command, Feature, Install, Room, RoomPane } from "../feature.js";
import { Late } from "../late.js";
import { setLook } from "../room-pane.js";
import { ROOM_BUTTONS } from "./buttons.js";
import { imageOf, KeyImageFilter, KEY_IMAGES } from "./key-images.js";
import type { Measuring } from "./measuring.js";
import type { Jump } from "./reference-lines.js";
import { said, TOOL_WORDS, type ToolWords } from "./words.js";

type Step = (view: View, raster: Raster, size: Size) => View;

export const install: Install = (room: Room): Feature => {
  const words = TOOL_WORDS[room.language];
  const measuring = new Late(room, () => import("./measuring.js").then((script) => new script.Measuring(room)));
  // Marks of before a reload, or of another device, say what they measure by its calibrations and scales.
  const refine = () => (room.store.all.length > 0 ? void measuring.use(() => undefined) : undefined);
  room.store.listen(refine);
  refine();
  // The window of a PET is told in SUVbw, as its values are.
  room.listen({ onChange: ({ pane }, what) => (what === "index" && pane.index?.modality === "PT" ? void measuring.use(() => undefined) : undefined) });
  const filter = new KeyImageFilter(room, words.keyImageMark);
  return {
    commands: [
      ...ROOM_BUTTONS.map((button) => measure(room, measuring, button)),
      ...turning(room, words),
      ...placing(room, words),
      ...marking(room, words, filter),
      ...giving(room, words),
    ],
  };
};

function measure(room: Room, measuring: Late<Measuring>, { name, icon, label }: ToolButton): Command {
  return {
    name: `measure-${name}`,
    group: "measure",
    label,
    icon,
    isOn: () => room.hand.name === name,
    run: () => room.setHand(name, (pane) => measuring.tool(pane, (one) => one.hand(pane, name))),
  };
}

/** Look and position of the picture in hand. */
function turning(room: Room, words: ToolWords): readonly Command[] {
  const turn = (name: string, word: keyof ToolWords, icon: string, step: Step): Command => ({
    name,
    group: "view",
    label: said(word),
    icon,
    obstacle: () => (room.active.stage.picture === null ? words.noPicture : null),
    run: () => room.active.stage.change(step),
  });
  const twice = (step: Step): Step => (view, raster, size) => step(step(view, raster, size), raster, size);
  const flipped: Step = (view, raster, size) => mirror(twice(rotate)(view, raster, size), raster, size);
  return [
    {
      name: "invert",
      group: "view",
      label: said("invert"),
      icon: "M4 4h16v16H4zM4 20 20 4M8 20l12-12M13 20l7-7",
      isOn: () => lookOf(room.active).isInverted,
      obstacle: () => {
        const { pane } = sourceOf(room.active);
        const values = pane.full?.drawn(pane.frame) ?? null;
        return pane.full === null ? words.noPicture : values !== null && (values.isColour || values.isPalette) ? words.notGrey : null;
      },
      // By the pane, so that all planes of the series are drawn again.
      run: () => setLook(sourceOf(room.active), { isInverted: !lookOf(room.active).isInverted }),
    },
    turn("rotate-right", "rotateRight", "M19 12a7 7 0 1 1-2-5M17 2v5h-5", rotate),
    turn("rotate-left", "rotateLeft", "M5 12a7 7 0 1 0 2-5M7 2v5h5", (view, raster, size) => rotate(twice(rotate)(view, raster, size), raster, size)),
    turn("flip-horizontal", "flipHorizontal", "M12 3v18M9 7 3 18h6zM15 7l6 11h-6z", mirror),
    turn("flip-vertical", "flipVertical", "M3 12h18M7 9 18 3v6zM7 15l11 6v-6z", flipped),
  ];
}

function placing(room: Room, words: ToolWords): readonly Command[] {
  const places = new Late(room, () => import("./reference-lines.js").then(({ ReferenceLines, PlaceHand }) => ({ lines: new ReferenceLines(room), PlaceHand })));
  const lens = new Late(room, () => import("./magnifier.js"));
  const say = (jump: Jump) => (jump === "done" ? undefined : room.say(jump === "alone" ? words.alone : words.unplaced));
  return [
    {
      name: "magnifier",
      group: "hand",
      label: said("magnifier"),
      icon: "M10 4a6 6 0 1 0 0 12 6 6 0 0 0 0-12zM15 15l6 6M10 7v6M7 10h6",
      isOn: () => room.hand.name === "magnifier",
      run: () => room.setHand("magnifier", (pane) => lens.tool(pane, ({ Magnifier }) => new Magnifier(pane))),
    },
    {
      name: "reference-lines",
      group: "linked",
      label: said("referenceLines"),
      icon: "M4 4h16v16H4zM4 9l16 5",
      isOn: () => places.value?.lines.areOn === true,
      run: () => places.use(({ lines }) => lines.toggle()),
    },
    {
      name: "cursor-3d",
      group: "linked",
      label: said("cursor3d"),
      icon: "M12 2v6M12 16v6M2 12h6M16 12h6M12 12h.1",
      isOn: () => room.hand.name === "cursor-3d",
      run: () => room.setHand("cursor-3d", (pane) => places.tool(pane, ({ lines, PlaceHand }) => new PlaceHand(room, pane, lines, say))),
    },
  ];
}

function marking(room: Room, words: ToolWords, filter: KeyImageFilter): readonly Command[] {
  const selections = new Late(room, () => import("./saved-selections.js").then(({ SavedSelections }) => new SavedSelections(room, () => filter.refresh())));
  const shown = () => (room.active.content === null ? imageOf(room.active.pane, room.active.pane.frame) : null);
  return [
    {
      name: "key-image",
      group: "other",
      label: said("keyImage"),
      icon: "m12 3 2.700 5.700 6.300.800-4.600 4.300 1.200 6.200-5.600-3.100L6.400 20l1.200-6.200L3 9.500l6.300-.800z",
      isOn: () => KEY_IMAGES.has(shown()),
      obstacle: () => {
        const { index, frame } = room.active.pane;
        return shown() === null ? words.noPicture : index?.frames[frame]?.isKey === true ? words.alreadyKey : null;
      },
      run: () => {
        const image = shown();
        if (image !== null) {
          KEY_IMAGES.toggle(image);
          room.say(KEY_IMAGES.has(image) ? words.marked : words.unmarked);
        }
      },
    },
    {
      name: "key-images-only",
      group: "other",
      label: said("keyImagesOnly"),
      icon: "m9 4 1.500 3.500 4 .500-3 2.500 1 4-3.500-2L5.500 14.500l1-4-3-2.500 4-.500zM15 17h6M15 20h4",
      isOn: () => filter.isOn,
      run: () => selections.use(async (saved) => {
        const isWhole = filter.isOn || (await saved.read());
        if (!filter.toggle()) {
          room.say(words.noKeyImages);
        } else if (!isWhole) {
          room.say(words.selectionsUnread);
        }
      }),
    },
  ];
}

function giving(room: Room, words: ToolWords): readonly Command[] {
  const pictures = new Late(room, () => import("./export.js"));
  const obstacle = () => (room.active.stage.picture === null ? words.noPicture : null);
  const save = (hasNames: boolean) =>
    pictures.use(({ savePicture }) => {
      void savePicture(room.active, hasNames).then((isSaved) => room.say(!isSaved ? words.noPicture : hasNames ? words.saved : words.savedNameless));
    });
  const prints = new Late(room, () => import("./print.js"));
  const printing = (name: string, word: keyof ToolWords, icon: string | null, which: "all" | "active", hasNames: boolean): Command => ({
    name,
    group: "other",
    label: said(word),
    ...(icon === null ? {} : { icon }),
    run: () => prints.use(({ printPanes, shownPanes }) => (printPanes(room, which === "all" ? shownPanes(room) : [room.active], hasNames) ? undefined : room.say(words.noPicture))),
  });
  return [
    { name: "export", group: "other", label: said("export"), icon: "M12 3v11M7 10l5 5 5-5M4 20h16", obstacle, run: () => save(true) },
    { name: "export-nameless", group: "other", label: said("exportNameless"), obstacle, run: () => save(false) },
    printing("print", "print", "M7 9V3h10v6M7 17H4V9h16v8h-3M7 14h10v7H7z", "all", true),
    printing("print-pane", "printPane", null, "active", true),
    printing("print-nameless", "printNameless", null, "active", false),
  ];
}

/** The pane whose window and colours are seen. */
function sourceOf(pane: RoomPane): RoomPane {
  return pane.content?.source ?? pane;
}

function lookOf(pane: RoomPane) {
  return sourceOf(pane).pane.full?.look ?? DEFAULT_LOOK;
}
