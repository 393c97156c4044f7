/** The canvases that frames are drawn on before they come to the stage. */

/**
 * Makes a canvas larger than what is to be drawn. It never shrinks, which would cost more than it saves; and a part of
 * a canvas is enlarged with other edges than a whole one, so it is a part in either way of drawing.
 */
export function makeRoom(canvas: HTMLCanvasElement, width: number, height: number): void {
  if (canvas.width <= width || canvas.height <= height) {
    canvas.width = Math.max(canvas.width, width + 1);
    canvas.height = Math.max(canvas.height, height + 1);
  }
}
