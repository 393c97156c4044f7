/** On every page of a consultation's member: what it shows goes with their right to see it, in every tab and window. */

import { MemberWatch } from "./link/member-watch.js";

const { standingUrl } = document.documentElement.dataset;
if (standingUrl !== undefined) {
  new MemberWatch(standingUrl, location.pathname);
}
