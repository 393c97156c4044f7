/** Makes elements. Texts are always set as text, never as markup. */

type Attributes = Readonly<Record<string, string | boolean | number | null>>;

const SVG = "http://www.w3.org/2000/svg";

export function make<Name extends keyof HTMLElementTagNameMap>(
  name: Name,
  attributes: Attributes = {},
  ...children: (Node | string)[]
): HTMLElementTagNameMap[Name] {
  const element = document.createElement(name);
  set(element, attributes);
  element.append(...children);
  return element;
}

export function makeSvg<Name extends keyof SVGElementTagNameMap>(
  name: Name,
  attributes: Attributes = {},
  ...children: (Node | string)[]
): SVGElementTagNameMap[Name] {
  const element = document.createElementNS(SVG, name);
  set(element, attributes);
  element.append(...children);
  return element;
}

/** A button with an icon (a path within 24 × 24) above its label. */
export function toolButton(label: string, path: string, onClick: () => void, attributes: Attributes = {}): HTMLButtonElement {
  const icon = makeSvg("svg", { viewBox: "0 0 24 24", "aria-hidden": "true" }, makeSvg("path", { d: path }));
  const button = make("button", { type: "button", class: "tool", ...attributes }, icon, make("span", {}, label));
  button.addEventListener("click", onClick);
  return button;
}

export function select(label: string, onChange: (place: number) => void): { field: HTMLElement; list: HTMLSelectElement } {
  const list = make("select");
  list.addEventListener("change", () => onChange(list.selectedIndex));
  return { field: make("label", { class: "choice" }, make("span", {}, label), list), list };
}

/** Refills a list if its entries have changed. */
export function fillList(list: HTMLSelectElement, labels: readonly string[]): void {
  const before = [...list.options].map(({ text }) => text);
  if (before.join("\n") !== labels.join("\n")) {
    list.replaceChildren(...labels.map((label) => make("option", {}, label)));
  }
}

function set(element: Element, attributes: Attributes): void {
  for (const [name, value] of Object.entries(attributes)) {
    if (value !== null && value !== false) {
      element.setAttribute(name, value === true ? "" : String(value));
    }
  }
}
