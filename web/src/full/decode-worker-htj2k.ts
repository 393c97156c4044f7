/** The decoder and its codec in one script: one round trip instead of two. */

import "./codec-htj2k.js";
import "./decode-worker.js";
