/** The decoder and its codec in one script: one round trip instead of two. */

import "./codec-jpeg-ls.js";
import "./decode-worker.js";
