/** What the buttons of planes say, which are there before any plane is. */

import type { Said } from "../../tools/language.js";

export type PlaneName = "axial" | "coronal" | "sagittal";
export type SlabMode = "mean" | "maximum" | "minimum";

/** Names of commands. */
export const COMMANDS: Said<Readonly<Record<string, string>>> = {
  vi: {
    "planes": "MPR, ba mặt cắt cạnh nhau",
    "planes-square": "MPR, ba mặt cắt và ảnh gốc",
    "plane-axial": "Mặt cắt ngang (axial)",
    "plane-coronal": "Mặt cắt đứng ngang (coronal)",
    "plane-sagittal": "Mặt cắt đứng dọc (sagittal)",
    "planes-off": "Trở lại ảnh gốc",
    "crosshair": "Con trỏ chữ thập",
    "slab-mean": "Lát dày: trung bình",
    "slab-maximum": "Lát dày: giá trị lớn nhất (MIP)",
    "slab-minimum": "Lát dày: giá trị nhỏ nhất (MinIP)",
    "slab-thicker": "Lát dày hơn",
    "slab-thinner": "Lát mỏng hơn",
    "planes-reset": "Đặt lại mặt cắt",
  },
  en: {
    "planes": "MPR, three planes side by side",
    "planes-square": "MPR, three planes and the images",
    "plane-axial": "Axial plane",
    "plane-coronal": "Coronal plane",
    "plane-sagittal": "Sagittal plane",
    "planes-off": "Back to the images",
    "crosshair": "Crosshair",
    "slab-mean": "Slab: average",
    "slab-maximum": "Slab: maximum (MIP)",
    "slab-minimum": "Slab: minimum (MinIP)",
    "slab-thicker": "Thicker slab",
    "slab-thinner": "Thinner slab",
    "planes-reset": "Reset the planes",
  },
};

/** Why a command cannot be done. */
export const OBSTACLES: Said<Readonly<Record<"loading" | "nothingShown" | "noPlane", string>>> = {
  vi: {
    loading: "Loạt ảnh đang tải, xin thử lại sau giây lát.",
    nothingShown: "Khung này chưa có loạt ảnh.",
    noPlane: "Khung này không hiện mặt cắt.",
  },
  en: {
    loading: "The series is still loading, please try again in a moment.",
    nothingShown: "There is no series in this pane.",
    noPlane: "This pane shows no plane.",
  },
};
