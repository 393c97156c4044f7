/** Entry point of the reading room: builds it, hangs the study, and fetches the features after the first picture. */

import { tellPortal } from "../link/link.js";
import { whenIdle } from "../pane.js";
import { Bars, nextRegion } from "./bars.js";
import { browseCommands } from "./browse-commands.js";
import { hangAsLeft, hangStudy } from "./hanging/hanger.js";
import { openHelp } from "./help.js";
import { listenToKeys } from "./keys.js";
import { lookCommands } from "./look-commands.js";
import { openLayouts, openMenu, Toolbar } from "./menu.js";
import { otherCommands } from "./other-commands.js";
import { RoomPage } from "./page.js";
import { ReadingRoom } from "./room.js";
import { followOther, isSecondWindow, leadOther } from "./second-window.js";
import { Strip } from "./strip.js";
import { StudyList } from "./studies.js";
import { roomWords } from "./words.js";

/** Without a picture, as without a network, the tools come after this time. */
const TOOLS_AFTER_MS = 4_000;

async function begin(): Promise<void> {
  const page = new RoomPage();
  const room = new ReadingRoom(page, new StudyList(page, roomWords().noDate));
  page.begin();
  const bars = new Bars(room);
  const toolbar = new Toolbar(room);
  room.commands.add([
    ...lookCommands(room),
    ...browseCommands(room),
    ...otherCommands(room, {
      openMenu: () => openMenu(room),
      openLayouts: () => openLayouts(room),
      openHelp: () => openHelp(room, () => toolbar.refreshSoon()),
      toggleBar: (bar) => bars.toggle(bar),
      toggleBars: () => bars.toggleAll(),
      isHidden: (bar) => bars.isHidden(bar),
      nextRegion: () => nextRegion(room),
    }),
  ]);
  page.head.append(toolbar.element);
  toolbar.fill();
  room.onButtons = () => toolbar.refreshSoon();
  new Strip(room);
  listenToKeys(room);
  afterFirstPicture(room, () => void install(room, toolbar));
  const left = room.leftAt;
  const shownElsewhere = isSecondWindow() ? await followOther(room) : [];
  if (!isSecondWindow()) {
    leadOther(room);
  }
  await (left === null ? hangStudy(room, shownElsewhere) : hangAsLeft(room, left));
  room.stripChanged();
  room.record();
}

/** Tells the hospital that the first picture was seen, and goes on. */
function afterFirstPicture(room: ReadingRoom, run: () => void): void {
  let isBegun = false;
  const begin = () => {
    if (!isBegun) {
      isBegun = true;
      whenIdle(run);
    }
  };
  setTimeout(begin, TOOLS_AFTER_MS);
  const stop = room.listen({
    onChange: (_, what) => {
      if (what === "picture") {
        stop();
        tellPortal(room.page.seenUrl);
        begin();
      }
    },
  });
}

async function install(room: ReadingRoom, toolbar: Toolbar): Promise<void> {
  await room.install();
  toolbar.fill();
}

void begin();
