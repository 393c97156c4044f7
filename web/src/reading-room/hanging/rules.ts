/** The rules of hanging, as `rules.json` has them. */

import type { Rule } from "./match.js";
import file from "./rules.json";

export const RULES: readonly Rule[] = file.rules;
