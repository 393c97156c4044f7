/** What the page around OHIF says, and how the worker asks it to. */

export interface Words {
  readonly vi: string;
  readonly en: string;
}

export const MISSING: Words = {
  vi: "Trang này không có hình để mở. Ông/Bà hãy mở lại từ trang xem hình của bệnh viện.",
  en: "There is nothing to open here. Please open the images again from the hospital's page.",
};

export const ENDED: Words = {
  vi: "Quyền xem hình bằng phần mềm đã hết. Ông/Bà hãy mở lại từ trang xem hình của bệnh viện.",
  en: "Access to these images has ended. Please open them again from the hospital's page.",
};

/** The worker's message when the token opens nothing any more. */
export const ENDED_MESSAGE = "filmless-ended";

export function isEnded(message: unknown): boolean {
  return message === ENDED_MESSAGE;
}
