/** The rules of hanging, as `rules.json` has them. */

import type { Rule } from "./match.js";
import { rules } from "./rules.json";

export const RULES: readonly Rule[] = rules;
