/**
 * A pane as a picture, exactly as it is seen: the image, what is drawn over it and, with names, all texts. Without
 * names, only texts that never name a patient are written; pixels of the image itself are never changed.
 */

import type { RoomPane } from "../feature.js";

/** Texts that say something of the image alone. Any other may name a patient, such as a description that somebody typed. */
const NAMELESS = ".edge, .plane-letter, .frame-facts, .pane-scale, .fusion-scale, .quality, .pane-counter, .turned, .shown-view, .key-star, .pane-key";

/** Null while the pane shows no picture. */
export function pictureOf({ stage }: RoomPane, hasNames: boolean): HTMLCanvasElement | null {
  const { width, height } = stage.size;
  const canvas = document.createElement("canvas");
  const density = stage.canvas.width / width;
  [canvas.width, canvas.height] = [stage.canvas.width, stage.canvas.height];
  const context = canvas.getContext("2d");
  if (stage.picture === null || context === null || width === 0 || height === 0) {
    return null;
  }
  context.fillStyle = "#000";
  context.fillRect(0, 0, canvas.width, canvas.height);
  const painter = new Painter(context, density, stage.element.getBoundingClientRect(), hasNames);
  painter.paint(stage.element);
  return canvas;
}

class Painter {
  constructor(
    private readonly context: CanvasRenderingContext2D,
    private readonly density: number,
    private readonly frame: DOMRect,
    private readonly hasNames: boolean,
  ) {}

  /** In the order in which the browser paints them, as far as the stage has no layers. */
  paint(element: Element): void {
    for (const child of element.children) {
      const style = getComputedStyle(child);
      if (style.display === "none" || style.visibility === "hidden" || child.matches("form, .lens, .note")) {
        continue;
      }
      this.context.save();
      this.context.globalAlpha *= Number(style.opacity);
      if (child instanceof HTMLCanvasElement) {
        this.canvas(child);
      } else if (child instanceof SVGGraphicsElement && !(child instanceof SVGSVGElement)) {
        this.shape(child, style);
      } else if (child instanceof HTMLElement) {
        this.texts(child, style);
      }
      this.context.restore();
      if (!(child instanceof SVGTextContentElement)) {
        this.paint(child);
      }
    }
  }

  private canvas(source: HTMLCanvasElement): void {
    const { left, top, width, height } = source.getBoundingClientRect();
    if (width > 0 && height > 0 && source.width > 0 && source.height > 0) {
      this.upright();
      this.context.drawImage(source, left - this.frame.left, top - this.frame.top, width, height);
    }
  }

  /** From the top left of the stage, in CSS pixels. */
  private upright(): void {
    this.context.setTransform(this.density, 0, 0, this.density, 0, 0);
  }

  private shape(shape: SVGGraphicsElement, style: CSSStyleDeclaration): void {
    const { context, density, frame } = this;
    const to = shape.getScreenCTM();
    if (to === null) {
      return;
    }
    context.setTransform(density * to.a, density * to.b, density * to.c, density * to.d, density * (to.e - frame.left), density * (to.f - frame.top));
    context.lineWidth = Number.parseFloat(style.strokeWidth) || 0;
    context.lineJoin = style.strokeLinejoin as CanvasLineJoin;
    context.lineCap = style.strokeLinecap as CanvasLineCap;
    context.setLineDash(style.strokeDasharray === "none" ? [] : style.strokeDasharray.split(/[ ,]+/).map((dash) => Number.parseFloat(dash)));
    if (shape instanceof SVGTextElement) {
      this.svgText(shape, style);
      return;
    }
    const path = pathOf(shape);
    if (path !== null) {
      this.ink(style, () => context.fill(path), () => context.stroke(path));
    }
  }

  private svgText(text: SVGTextElement, style: CSSStyleDeclaration): void {
    const { context } = this;
    context.font = fontOf(style);
    context.textAlign = style.textAnchor === "middle" ? "center" : style.textAnchor === "end" ? "right" : "left";
    const lines = text.children.length > 0 ? [...text.children] : [text];
    for (const line of lines) {
      const [x, y] = ["x", "y"].map((name) => Number(line.getAttribute(name) ?? text.getAttribute(name)));
      const words = line.textContent ?? "";
      // The outline first, so that letters stay readable on it.
      this.ink({ ...inkOf(style), isStrokeFirst: true }, () => context.fillText(words, x ?? 0, y ?? 0), () => context.strokeText(words, x ?? 0, y ?? 0));
    }
  }

  private ink(style: CSSStyleDeclaration | Ink, fill: () => void, stroke: () => void): void {
    const { context } = this;
    const ink = "isStrokeFirst" in style ? style : inkOf(style);
    const steps = [
      ink.fill === "none" ? null : () => [(context.fillStyle = ink.fill), fill()],
      ink.stroke === "none" || context.lineWidth === 0 ? null : () => [(context.strokeStyle = ink.stroke), stroke()],
    ];
    (ink.isStrokeFirst ? steps.reverse() : steps).forEach((step) => step?.());
  }

  /** The texts that are children of an element itself, line by line as the browser broke them, with its background. */
  private texts(element: HTMLElement, style: CSSStyleDeclaration): void {
    const nodes = [...element.childNodes].filter((node): node is Text => node instanceof Text && node.data.trim() !== "");
    if (nodes.length === 0 || (!this.hasNames && element.closest(NAMELESS) === null) || (!this.hasNames && element.closest("[data-patient]") !== null)) {
      return;
    }
    const { context, frame } = this;
    this.upright();
    const box = element.getBoundingClientRect();
    context.fillStyle = style.backgroundColor;
    context.fillRect(box.left - frame.left, box.top - frame.top, box.width, box.height);
    const [, shadow = "transparent", blur = "0"] = /^(rgba?\([^)]+\)) \S+ \S+ ([\d.]+)px/.exec(style.textShadow) ?? [];
    [context.shadowColor, context.shadowBlur] = [shadow, Number(blur) * this.density];
    context.font = fontOf(style);
    context.fillStyle = style.color;
    context.textBaseline = "alphabetic";
    for (const node of nodes) {
      for (const { words, rect } of linesOf(node)) {
        const { fontBoundingBoxAscent: above, fontBoundingBoxDescent: below } = context.measureText(words);
        const middle = rect.top - frame.top + rect.height / 2;
        context.fillText(words, rect.left - frame.left, middle + (above - below) / 2);
      }
    }
  }
}

interface Ink {
  readonly fill: string;
  readonly stroke: string;
  readonly isStrokeFirst: boolean;
}

function inkOf({ fill, stroke, paintOrder }: CSSStyleDeclaration): Ink {
  return { fill, stroke, isStrokeFirst: paintOrder.startsWith("stroke") };
}

function fontOf({ fontStyle, fontWeight, fontSize, fontFamily }: CSSStyleDeclaration): string {
  return [fontStyle, fontWeight, fontSize, fontFamily].join(" ");
}

/** The outline of a shape in its own coordinates; null for what has none, such as a group. */
function pathOf(shape: SVGGraphicsElement): Path2D | null {
  const path = new Path2D();
  if (shape instanceof SVGPathElement) {
    return new Path2D(shape.getAttribute("d") ?? "");
  } else if (shape instanceof SVGPolylineElement || shape instanceof SVGPolygonElement) {
    [...shape.points].forEach(({ x, y }) => path.lineTo(x, y));
    if (shape instanceof SVGPolygonElement) {
      path.closePath();
    }
  } else if (shape instanceof SVGLineElement) {
    path.moveTo(shape.x1.baseVal.value, shape.y1.baseVal.value);
    path.lineTo(shape.x2.baseVal.value, shape.y2.baseVal.value);
  } else if (shape instanceof SVGRectElement) {
    path.rect(shape.x.baseVal.value, shape.y.baseVal.value, shape.width.baseVal.value, shape.height.baseVal.value);
  } else if (shape instanceof SVGEllipseElement) {
    path.ellipse(shape.cx.baseVal.value, shape.cy.baseVal.value, shape.rx.baseVal.value, shape.ry.baseVal.value, 0, 0, 2 * Math.PI);
  } else if (shape instanceof SVGCircleElement) {
    path.arc(shape.cx.baseVal.value, shape.cy.baseVal.value, shape.r.baseVal.value, 0, 2 * Math.PI);
  } else {
    return null;
  }
  return path;
}

/** The lines of a text, and where each is. */
function linesOf(node: Text): readonly { readonly words: string; readonly rect: DOMRect }[] {
  const lines: { words: string; rect: DOMRect }[] = [];
  const range = document.createRange();
  for (let place = 0; place < node.length; place++) {
    range.setStart(node, place);
    range.setEnd(node, place + 1);
    const rect = range.getBoundingClientRect();
    const last = lines[lines.length - 1];
    if (last !== undefined && Math.abs(rect.top - last.rect.top) < 1) {
      last.words += node.data[place] ?? "";
    } else if (rect.width > 0) {
      lines.push({ words: node.data[place] ?? "", rect });
    }
  }
  return lines;
}
