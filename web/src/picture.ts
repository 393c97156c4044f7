/** Pictures that the browser itself decodes. */

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
