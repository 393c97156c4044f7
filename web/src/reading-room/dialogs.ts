/** The dialogs of the room itself, in one script. */

export { openHelp } from "./help.js";
export { openLayouts, openMenu } from "./menu.js";
