/** The canvases on which frames are drawn before they reach the stage. */

/**
 * Makes a canvas large enough for a drawing. It never shrinks, because that would cost more than it saves. Part of a
 * canvas is enlarged with other edges than a whole one, so both renderers always use a part.
 */
export function makeRoom(canvas: HTMLCanvasElement, width: number, height: number): void {
  if (canvas.width <= width || canvas.height <= height) {
    canvas.width = Math.max(canvas.width, width + 1);
    canvas.height = Math.max(canvas.height, height + 1);
  }
}
