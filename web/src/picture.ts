/** Images that the browser itself decodes. */

import type { Shown } from "./stage.js";
import type { Matrix, Raster } from "./view-geometry.js";

export interface Picture {
  readonly source: CanvasImageSource;
  readonly width: number;
  readonly height: number;
  release(): void;
}

export async function decodePicture(bytes: Uint8Array<ArrayBuffer>, mediaType: string): Promise<Picture> {
  const blob = new Blob([bytes], { type: mediaType });
  if (typeof createImageBitmap === "function") {
    const bitmap = await createImageBitmap(blob);
    return { source: bitmap, width: bitmap.width, height: bitmap.height, release: () => bitmap.close() };
  }
  const url = URL.createObjectURL(blob);
  const image = new Image();
  image.src = url;
  try {
    await image.decode();
  } finally {
    URL.revokeObjectURL(url);
  }
  return { source: image, width: image.naturalWidth, height: image.naturalHeight, release: () => undefined };
}

/** A quick picture, stretched over the pixels it represents. */
export function quick({ source }: Picture, raster: Raster): Shown {
  return {
    raster,
    quality: "preview",
    paint: (context, { a, b, c, d, e, f }: Matrix) => {
      context.setTransform(a, b, c, d, e, f);
      // One that has been released has no size, and another one is about to be shown.
      if ((source as ImageBitmap).width > 0) {
        context.drawImage(source, 0, 0, raster.columns, raster.rows);
      }
    },
  };
}
