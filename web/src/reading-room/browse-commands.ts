/** Commands that go through images, series and panes, and play films. */

import type { Said } from "../tools/language.js";
import { ICONS } from "../tools/icons.js";
import { fill } from "../page.js";
import { clamp } from "../view-geometry.js";
import type { Command } from "./feature.js";
import { ROOM_ICONS } from "./icons.js";
import { following, neighbour, type Direction } from "./layout.js";
import type { ReadingRoom } from "./room.js";
import type { Cell } from "./room-pane.js";

const PAGE_STEPS = 10;
const SPEED_STEP = 1.25;
const SPEED_MAX = 8;

export function browseCommands(room: ReadingRoom): readonly Command[] {
  return [...imageCommands(room), ...seriesCommands(room), ...paneCommands(room), ...filmCommands(room)];
}

function imageCommands(room: ReadingRoom): readonly Command[] {
  const steps = (name: string, label: Said<string>, by: number): Command => ({
    name,
    group: "view",
    label,
    obstacle: () => (room.active.study === null && room.active.content === null ? room.words.noSeries : null),
    run: () => room.active.step(by),
  });
  return [
    steps("previous", { vi: "Ảnh trước", en: "Previous image" }, -1),
    steps("next", { vi: "Ảnh sau", en: "Next image" }, 1),
    steps("back-10", { vi: "Lùi 10 ảnh", en: "10 images back" }, -PAGE_STEPS),
    steps("forward-10", { vi: "Tiến 10 ảnh", en: "10 images forward" }, PAGE_STEPS),
    steps("first", { vi: "Ảnh đầu", en: "First image" }, Number.NEGATIVE_INFINITY),
    steps("last", { vi: "Ảnh cuối", en: "Last image" }, Number.POSITIVE_INFINITY),
  ];
}

function seriesCommands(room: ReadingRoom): readonly Command[] {
  const go = (name: string, label: Said<string>, by: number): Command => ({
    name,
    group: "view",
    label,
    run: () => {
      const { active, list } = room;
      const { series } = active.study ?? list.present;
      const here = series.findIndex(({ seriesInstanceUid }) => seriesInstanceUid === active.pane.series?.seriesInstanceUid);
      const next = here < 0 ? 0 : clamp(here + by, 0, series.length - 1);
      const chosen = series[next];
      if (chosen !== undefined && next !== here) {
        void room.show(active, active.study ?? list.present, chosen);
      }
    },
  });
  return [
    go("series-previous", { vi: "Loạt ảnh trước", en: "Previous series" }, -1),
    go("series-next", { vi: "Loạt ảnh sau", en: "Next series" }, 1),
    go("series-first", { vi: "Loạt ảnh đầu", en: "First series" }, Number.NEGATIVE_INFINITY),
    go("series-last", { vi: "Loạt ảnh cuối", en: "Last series" }, Number.POSITIVE_INFINITY),
  ];
}

function paneCommands(room: ReadingRoom): readonly Command[] {
  const to = (name: string, label: Said<string>, placeFrom: (place: number) => number): Command => ({
    name,
    group: "layout",
    label,
    run: () => {
      const pane = room.panes[placeFrom(room.active.place)];
      if (pane !== undefined) {
        room.activate(pane);
        pane.stage.element.focus();
      }
    },
  });
  const beside = (direction: Direction, label: Said<string>) =>
    to(`pane-${direction}`, label, (place) => neighbour(room.grid, place, direction));
  return [
    to("pane-next", { vi: "Khung sau", en: "Next pane" }, (place) => following(room.grid, place, 1)),
    to("pane-previous", { vi: "Khung trước", en: "Previous pane" }, (place) => following(room.grid, place, -1)),
    beside("left", { vi: "Khung bên trái", en: "Pane on the left" }),
    beside("right", { vi: "Khung bên phải", en: "Pane on the right" }),
    beside("up", { vi: "Khung bên trên", en: "Pane above" }),
    beside("down", { vi: "Khung bên dưới", en: "Pane below" }),
  ];
}

function filmCommands(room: ReadingRoom): readonly Command[] {
  const films = () => room.panes.filter(({ pane, content }) => content === null && pane.clip !== null);
  const obstacle = () => (room.active.content === null && room.active.pane.clip !== null ? null : room.words.noFilm);
  // What plays together keeps its pace together.
  const paced = () => {
    const playing = films().filter(({ isPlaying }) => isPlaying);
    return room.active.isPlaying || playing.length === 0 ? [...new Set([room.active, ...playing])] : playing;
  };
  const speed = (name: string, label: Said<string>, icon: string, factor: number): Command => ({
    name,
    group: "film",
    label,
    icon,
    obstacle: () => (films().some(({ isPlaying }) => isPlaying) ? null : obstacle()),
    run: () => {
      const panes = paced();
      const wanted = clamp((panes[0]?.pane.clips.speed ?? 1) * factor, 1 / SPEED_MAX, SPEED_MAX);
      panes.forEach(({ pane }) => (pane.clips.speed = wanted));
      room.say(paceText(room, panes[0] ?? room.active));
    },
  });
  return [
    {
      name: "cine",
      group: "film",
      label: { vi: "Chạy hoặc dừng phim", en: "Play or stop" },
      icon: ICONS.film,
      isOn: () => room.active.isPlaying,
      obstacle,
      run: () => room.active.pane.toggleClip(),
    },
    {
      name: "cine-all",
      group: "film",
      label: { vi: "Chạy hoặc dừng phim trong mọi khung", en: "Play or stop in all panes" },
      icon: ROOM_ICONS.cineAll,
      isOn: () => films().some(({ isPlaying }) => isPlaying),
      obstacle: () => (films().length === 0 ? room.words.noFilm : null),
      run: () => {
        const isAnyPlaying = films().some(({ isPlaying }) => isPlaying);
        films()
          .filter(({ isPlaying }) => isPlaying === isAnyPlaying)
          .forEach(({ pane }) => pane.toggleClip());
      },
    },
    speed("cine-slower", { vi: "Phim chậm hơn", en: "Slower" }, ROOM_ICONS.slower, 1 / SPEED_STEP),
    speed("cine-faster", { vi: "Phim nhanh hơn", en: "Faster" }, ROOM_ICONS.faster, SPEED_STEP),
    {
      name: "cine-loop",
      group: "film",
      label: { vi: "Lặp lại phim", en: "Repeat films" },
      isOn: () => room.active.pane.clips.isLooping,
      obstacle,
      run: () => {
        const { clips } = room.active.pane;
        clips.isLooping = !clips.isLooping;
      },
    },
  ];
}

/** How fast a film plays: against its file, and in images a second. */
function paceText(room: ReadingRoom, { pane }: Cell): string {
  const { clip, clips, frame } = pane;
  const frameMs = clip?.frameTimesMs[frame - clip.first] ?? null;
  const number = (value: number, digits: number) => value.toLocaleString(room.language, { maximumFractionDigits: digits });
  const rate = frameMs === null || frameMs <= 0 ? "?" : number((1000 * clips.speed) / frameMs, 1);
  return fill(room.words.pace, { speed: number(clips.speed, 2), rate });
}
