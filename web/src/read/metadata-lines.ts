/** The lines of `.metadata.json`: an array of instances, one per line. */

/** (0008,0018), which is always text. */
const SOP_INSTANCE_UID = /"00080018"\s*:\s*\{[^{}]*"Value"\s*:\s*\[\s*"([0-9.]+)"/;

/** The instance on a line, not yet read; null for the brackets around all. */
export function instanceLine(line: string): { readonly sopInstanceUid: string; readonly text: string } | null {
  const text = line.trim().replace(/^\[/, "").replace(/[,\]]+$/, "").trim();
  const sopInstanceUid = SOP_INSTANCE_UID.exec(text)?.[1];
  return sopInstanceUid === undefined ? null : { sopInstanceUid, text };
}
