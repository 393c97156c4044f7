/** Figures in the format of `make bench`, one per line. */

import { existsSync, readFileSync, writeFileSync } from "node:fs";

export function median(values) {
  if (values.length === 0) {
    return null;
  }
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)];
}

function round(value) {
  return value === null ? null : Number(value.toFixed(3));
}

export class Figures {
  #figures = [];

  constructor(path) {
    this.path = path;
  }

  /**
   * `goal` is the largest good value, or the smallest where more is better. `ratioMin` is how many times as long the
   * peer must take. A figure that could not be measured fails.
   */
  add(name, value, unit, { peer = null, goal, ratioMin = null, isMoreBetter = false }) {
    const ratio = peer === null || value === null ? null : peer / value;
    const isGood = value !== null && (isMoreBetter ? value >= goal : value <= goal);
    const met = isGood && (ratioMin === null || ratio === null || ratio >= ratioMin);
    const figure = { name, value: round(value), unit, peer: round(peer), ratio: round(ratio), goal, met };
    this.#figures.push(figure);
    const beside = ratio === null ? "" : `, peer ${figure.peer}, ${ratio.toFixed(1)} times`;
    const wanted = ratioMin === null ? `goal ${goal}` : `goal ${goal}, ${ratioMin} times`;
    console.log(`${met ? "ok  " : "MISS"} ${name}: ${figure.value ?? "-"} ${unit}${beside} (${wanted})`);
  }

  /** Adds the figures to those already in the file, and replaces those of the same name. */
  write() {
    const names = this.#figures.map(({ name }) => name);
    const others = existsSync(this.path) ? JSON.parse(readFileSync(this.path, "utf8")) : [];
    const all = [...others.filter(({ name }) => !names.includes(name)), ...this.#figures];
    writeFileSync(this.path, `${JSON.stringify(all, null, 2)}\n`);
  }
}
