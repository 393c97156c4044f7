/** Saving what was marked as DICOM, for whoever may annotate: the command, and the warning about what is not saved. */

import type { Said } from "../../tools/language.js";
import type { Install } from "../feature.js";
import { Late } from "../late.js";
import { KEY_IMAGES } from "../tools/key-images.js";
import { SavedMarks, type ToSave } from "./unsaved.js";

const ON_PLANES: Said<string> = {
  vi: "Các hình đều nằm trên mặt cắt dựng lại (MPR) hoặc ở lần chụp khác, không lưu vào lần chụp này được.",
  en: "All marks lie on reconstructed planes (MPR) or in other studies; they cannot be saved to this one.",
};
const NOTHING: Said<string> = {
  vi: "Chưa có số đo, ghi chú hay ảnh đánh dấu mới nào để lưu.",
  en: "There is no new measurement, annotation or key image to save.",
};

export const install: Install = (room) => {
  const { marksUrl } = room;
  if (marksUrl === null) {
    return { commands: [] };
  }
  const saved = new SavedMarks();
  const channel = new BroadcastChannel(`filmless-saved-${marksUrl}`);
  saved.onSaved = (names) => {
    channel.postMessage(names);
    forget();
  };
  channel.addEventListener("message", ({ data }: MessageEvent<readonly string[]>) => {
    saved.take(data);
    forget();
  });
  // Buttons ask for it with every drawing.
  let known: ToSave | null = null;
  const forget = () => (known = null);
  room.store.listen(forget);
  KEY_IMAGES.listen(forget);
  const toSave = (): ToSave => {
    const study = room.studies.find(({ isPresent }) => isPresent);
    const series = new Set(study?.series.map(({ seriesInstanceUid }) => seriesInstanceUid));
    return (known ??= saved.unsaved({ marks: room.store.all, keyImages: KEY_IMAGES.all, series }));
  };
  const obstacle = () => {
    const { marks, keyImages, onPlanes, elsewhere } = toSave();
    const nothing = onPlanes + elsewhere > 0 ? ON_PLANES : NOTHING;
    return marks.length + keyImages.length > 0 ? null : nothing[room.language];
  };
  addEventListener("beforeunload", (event) => {
    if (obstacle() === null) {
      event.preventDefault();
    }
  });
  const dialog = new Late(room, () => import("./save-dialog.js").then(({ SaveDialog }) => new SaveDialog(room, marksUrl, saved, toSave)));
  return {
    commands: [
      {
        name: "save-marks",
        group: "other",
        label: { vi: "Lưu số đo và đánh dấu vào lần chụp", en: "Save marks to the study" },
        icon: "M5 4h11l3 3v13H5zM8 4v5h7V4M8 20v-6h8v6",
        obstacle,
        run: () => dialog.use((one) => one.open()),
      },
    ],
  };
};
