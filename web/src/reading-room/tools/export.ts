/** Gives what is seen to other programs, as a picture. */

import { make } from "../../tools/elements.js";
import type { RoomPane } from "../feature.js";
import { pictureOf } from "./pane-picture.js";

/** Saves the pane as PNG, under a name that does not say whose it is; false while it shows no picture. */
export async function savePicture(pane: RoomPane, hasNames: boolean): Promise<boolean> {
  const canvas = pictureOf(pane, hasNames);
  const blob = canvas === null ? null : await new Promise<Blob | null>((resolve) => canvas.toBlob(resolve, "image/png"));
  if (blob === null) {
    return false;
  }
  const url = URL.createObjectURL(blob);
  make("a", { href: url, download: fileName(pane) }).click();
  // The download has taken hold of it by then.
  setTimeout(() => URL.revokeObjectURL(url), 60_000);
  return true;
}

function fileName({ pane, content }: RoomPane): string {
  const modality = (pane.index?.modality ?? "").replace(/[^A-Za-z0-9]/g, "");
  return ["filmless", modality.toLowerCase(), content === null ? String(pane.frame + 1) : "plane"].filter((part) => part !== "").join("-") + ".png";
}
