/** Requests to the portal itself: this origin, with the visitor's session. */

/** The portal did not give the expected answer. */
export class PortalError extends Error {
  constructor(readonly status: number) {
    super(`status ${status}`);
  }
}

/** Throws [`PortalError`], or what `fetch` throws without a network. */
export async function fetchFromPortal(url: string): Promise<unknown> {
  const headers = { Accept: "application/json" };
  const response = await fetch(url, { credentials: "same-origin", cache: "no-store", headers });
  if (!response.ok) {
    throw new PortalError(response.status);
  }
  return response.json();
}

/** Reports something to the hospital. The patient loses nothing if it does not arrive. */
export function tellPortal(url: string): void {
  fetch(url, { method: "POST", credentials: "same-origin", keepalive: true }).catch(() => undefined);
}
