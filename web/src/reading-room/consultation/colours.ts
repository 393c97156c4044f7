/** A colour for each member: the same on every screen, their own too, and readable on black. */

const COLOURS = ["#6cf0ff", "#ff9de2", "#9dff8a", "#ffb067", "#b9b4ff", "#ff8a8a", "#5fe0b8", "#e3c8ff", "#a8d1ff", "#d5e86b"] as const;

export function colourOf(member: string, members: readonly { readonly id: string }[]): string {
  const place = members.map(({ id }) => id).sort().indexOf(member);
  return COLOURS[Math.max(0, place) % COLOURS.length] ?? COLOURS[0];
}
