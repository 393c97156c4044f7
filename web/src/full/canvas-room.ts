/** The canvases on which frames are drawn before they go to the stage. */

/**
 * Makes a canvas larger than what will be drawn. It never shrinks, because that would cost more than it saves. Scaling
 * a part of a canvas treats edges differently from scaling a whole one, so both renderers always use a part.
 */
export function makeRoom(canvas: HTMLCanvasElement, width: number, height: number): void {
  if (canvas.width <= width || canvas.height <= height) {
    canvas.width = Math.max(canvas.width, width + 1);
    canvas.height = Math.max(canvas.height, height + 1);
  }
}
