/** The page on a disk with its styles. */

import "../styles/style.css";
import "../styles/study.css";
import "./main.js";
