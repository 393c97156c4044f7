/** Hands what a reader marked to the portal. It comes with the reading room's dialog for that. */

import { readMarksFault, readSavedSeries, type MarksFault, type SavedSeries } from "../read/marks-answer.js";

/** After that, nobody knows whether it arrived; asked again with the same bytes, the portal saves it once. */
const ANSWER_MS_MAX = 60_000;

export type MarksAnswer =
  | { readonly kind: "saved"; readonly series: readonly SavedSeries[] }
  /** A field cannot be saved. */
  | { readonly kind: "refused"; readonly fault: MarksFault }
  | { readonly kind: "status"; readonly status: number };

/** Throws what `fetch` throws without a network, or when no answer comes. */
export async function postMarks(url: string, body: string): Promise<MarksAnswer> {
  const headers = { Accept: "application/json", "Content-Type": "application/json" };
  const response = await fetch(url, { method: "POST", credentials: "same-origin", headers, body, signal: AbortSignal.timeout(ANSWER_MS_MAX) });
  if (response.ok) {
    return { kind: "saved", series: readSavedSeries(await response.json()) };
  }
  const fault = response.status === 400 ? readMarksFault(await response.json().catch(() => null)) : null;
  return fault === null ? { kind: "status", status: response.status } : { kind: "refused", fault };
}
