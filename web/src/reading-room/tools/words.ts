/** The words of the room's tools. */

import type { Said } from "../../tools/language.js";

const VI = {
  invert: "Đảo đen trắng",
  rotateRight: "Xoay phải 90°",
  rotateLeft: "Xoay trái 90°",
  flipHorizontal: "Lật ngang",
  flipVertical: "Lật dọc",
  magnifier: "Kính lúp",
  keyImage: "Đánh dấu ảnh quan trọng",
  keyImageMark: "Ảnh quan trọng, do người đọc đánh dấu",
  keyImagesOnly: "Chỉ xem ảnh được đánh dấu",
  referenceLines: "Đường tham chiếu",
  cursor3d: "Con trỏ 3D",
  export: "Lưu ảnh PNG, có tên người bệnh",
  exportNameless: "Lưu ảnh PNG, không có tên",
  print: "In các khung, có tên người bệnh",
  printPane: "In khung đang chọn, có tên người bệnh",
  printNameless: "In khung đang chọn, không có tên",
  noPicture: "Khung này chưa có ảnh.",
  notGrey: "Ảnh màu không đảo được.",
  alreadyKey: "Ảnh này đã được bác sĩ đánh dấu trong hồ sơ, không bỏ ở đây được.",
  marked: "Đã đánh dấu ảnh.",
  unmarked: "Đã bỏ đánh dấu ảnh.",
  selectionsUnread: "Chưa đọc được các ảnh đánh dấu đã lưu vào lần chụp; đang lọc theo các ảnh đã biết.",
  noKeyImages: "Chưa có ảnh nào được đánh dấu.",
  unplaced: "Ảnh này không ghi vị trí trong cơ thể.",
  alone: "Không có loạt ảnh nào khác cùng hệ toạ độ đi qua điểm này.",
  saved: "Đã lưu ảnh, có tên người bệnh.",
  savedNameless: "Đã lưu ảnh không kèm tên. Chữ nằm sẵn trong điểm ảnh và chữ do người đọc viết không bị xoá.",
};

export type ToolWords = Readonly<Record<keyof typeof VI, string>>;

const EN: ToolWords = {
  invert: "Invert",
  rotateRight: "Rotate right 90°",
  rotateLeft: "Rotate left 90°",
  flipHorizontal: "Flip horizontally",
  flipVertical: "Flip vertically",
  magnifier: "Magnifier",
  keyImage: "Mark as key image",
  keyImageMark: "Key image, marked by the reader",
  keyImagesOnly: "Show key images only",
  referenceLines: "Reference lines",
  cursor3d: "3D cursor",
  export: "Save as PNG with the patient's name",
  exportNameless: "Save as PNG without names",
  print: "Print the panes with the patient's name",
  printPane: "Print this pane with the patient's name",
  printNameless: "Print this pane without names",
  noPicture: "This pane shows no picture yet.",
  notGrey: "A colour image cannot be inverted.",
  alreadyKey: "A doctor marked this image in its files; that cannot be undone here.",
  marked: "The image is marked.",
  unmarked: "The image is no longer marked.",
  selectionsUnread: "The key images saved to the study could not be read; the known ones are shown.",
  noKeyImages: "No image is marked yet.",
  unplaced: "This image does not say where in the body it lies.",
  alone: "No other series of the same coordinates goes through this point.",
  saved: "The picture is saved, with the patient's name.",
  savedNameless: "The picture is saved without names. Text within the image's own pixels and text that readers wrote stay.",
};

export const TOOL_WORDS: Said<ToolWords> = { vi: VI, en: EN };

/** A word in both languages. */
export function said(word: keyof ToolWords): Said<string> {
  return { vi: VI[word], en: EN[word] };
}
