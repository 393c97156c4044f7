/** Entry point of the reading room: builds it, and hangs the study. */

import { tellPortal } from "../link/link.js";
import { Bars, nextRegion } from "./bars.js";
import { browseCommands } from "./browse-commands.js";
import { attend } from "./consultation/feature.js";
import { hangAsLeft, hangStudy } from "./hanging/hanger.js";
import { listenToKeys } from "./keys.js";
import { lookCommands } from "./look-commands.js";
import { Late } from "./late.js";
import { otherCommands } from "./other-commands.js";
import { RoomPage } from "./page.js";
import { ReadingRoom } from "./room.js";
import { isSecondWindow } from "./second-window.js";
import { Strip } from "./strip.js";
import { StudyList } from "./studies.js";
import { Toolbar } from "./toolbar.js";
import { hasStoredMarks } from "./tools/known-tools.js";
import { roomWords } from "./words.js";

async function begin(): Promise<void> {
  const page = new RoomPage();
  if (!(await hasTools())) {
    page.fail(roomWords().featureFailed);
    return;
  }
  const room = new ReadingRoom(page, new StudyList(page, roomWords().noDate));
  page.begin();
  const bars = new Bars(room);
  const toolbar = new Toolbar(room);
  const dialogs = new Late(room, () => import("./dialogs.js"));
  room.commands.add([
    ...lookCommands(room),
    ...browseCommands(room),
    ...otherCommands(room, {
      openMenu: () => dialogs.use(({ openMenu }) => openMenu(room)),
      openLayouts: () => dialogs.use(({ openLayouts }) => openLayouts(room)),
      openHelp: () => dialogs.use(({ openHelp }) => openHelp(room, () => toolbar.refreshSoon())),
      toggleBar: (bar) => bars.toggle(bar),
      toggleBars: () => bars.toggleAll(),
      isHidden: (bar) => bars.isHidden(bar),
      nextRegion: () => nextRegion(room),
    }),
  ]);
  room.install();
  page.head.append(toolbar.element);
  toolbar.fill();
  room.onButtons = () => toolbar.refreshSoon();
  new Strip(room);
  listenToKeys(room);
  const otherWindow = new Late(room, () => import("./other-window.js"));
  afterFirstPicture(room, () => {
    if (!isSecondWindow()) {
      void otherWindow.use(({ leadOther }) => leadOther(room));
    }
  });
  const left = room.leftAt;
  let shownElsewhere: readonly string[] = [];
  if (isSecondWindow()) {
    await otherWindow.use(async ({ followOther }) => {
      shownElsewhere = await followOther(room);
    });
  }
  if (!(await attend(room, isSecondWindow()))) {
    await (left === null ? hangStudy(room, shownElsewhere) : hangAsLeft(room, left));
  }
  room.stripChanged();
  room.record();
}

/** Marks of before a reload are read by their tools, which come first then; false if they cannot come. */
async function hasTools(): Promise<boolean> {
  return !hasStoredMarks() || import("./tools/measuring.js").then(() => true, () => false);
}

/** Tells the hospital that the first picture was seen; what can wait for it comes then. */
function afterFirstPicture(room: ReadingRoom, then: () => void): void {
  const stop = room.listen({
    onChange: (_, what) => {
      if (what === "picture") {
        stop();
        tellPortal(room.page.seenUrl);
        then();
      }
    },
  });
}

void begin();
