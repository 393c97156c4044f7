/** The words of a page on a disk around the viewer; those of the viewer itself are in `words.json`. */

import type { DiscSeries } from "../read/disc-study.js";
import type { Language } from "../tools/language.js";

const VI = {
  other: "English",
  stage: "Hình ảnh đang xem",
  born: "Sinh ngày",
  bornUnknown: "không rõ",
  patientId: "Mã người bệnh",
  hint: "Kéo thanh trượt, hoặc vuốt ngang trên ảnh, để xem các ảnh khác.",
  series: "Các loạt ảnh",
  retry: "Thử lại",
  images: (count: number) => `${count} ảnh`,
  numbered: (number: number) => `Loạt ảnh ${number}`,
  note: "Hình ảnh ở đây để xem và trao đổi với bác sĩ. Việc chẩn đoán do bác sĩ thực hiện.",
  previewOnly: "Lần chụp này quá lớn, nên trang này chỉ có ảnh xem nhanh, không dùng để chẩn đoán. Ảnh gốc ở trong thư mục DICOM.",
  missing: "Thiếu thư mục IHE_PDI bên cạnh trang này. Xin giải nén toàn bộ tệp ZIP rồi mở lại INDEX.HTM.",
};

const EN: typeof VI = {
  other: "Tiếng Việt",
  stage: "The image shown",
  born: "Born",
  bornUnknown: "unknown",
  patientId: "Patient code",
  hint: "Drag the slider, or swipe sideways on the image, to see the others.",
  series: "Series",
  retry: "Try again",
  images: (count) => (count === 1 ? "1 image" : `${count} images`),
  numbered: (number) => `Series ${number}`,
  note: "These images are for looking at and for talking over with a doctor. A diagnosis is made by a doctor.",
  previewOnly: "This study is too large, so this page has quick previews only, not for diagnosis. The originals are in the folder DICOM.",
  missing: "The folder IHE_PDI beside this page is missing. Please unpack the whole ZIP, then open INDEX.HTM again.",
};

export type PageWords = typeof VI;

export function pageWords(language: Language): PageWords {
  return language === "en" ? EN : VI;
}

/** What a series is called: its description, else its number, else what it was made with. */
export function labelOf({ description, number, modality }: DiscSeries): string {
  const words = pageWords(document.documentElement.lang === "en" ? "en" : "vi");
  return description !== "" ? description : number !== null ? words.numbered(number) : modality;
}
