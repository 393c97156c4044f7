/** The WebGL2 context in which all volumes of a page lie, because browsers allow few, and textures belong to one. */

import { makeRoom } from "../../full/canvas-room.js";
import { colourMap, type ColourMap } from "../../full/color-map.js";
import type { Window } from "../../read/frame-details.js";
import type { Triple } from "../../read/frame-details.js";
import { fragmentShader, FUNCTIONS, MODES, VERTEX, type Output, type SamplerName } from "./shader.js";
import type { SliceTable } from "./slice-table.js";
import type { SlabMode } from "./commands.js";

/** The textures of a volume, and how to read them. */
export interface DrawnVolume {
  readonly sampler: SamplerName;
  readonly whole: WebGLTexture | null;
  readonly quick: WebGLTexture | null;
  readonly slices: WebGLTexture | null;
  readonly count: number;
  readonly first: number;
  readonly partsPerPlace: number;
  readonly even: SliceTable["even"];
  readonly size: readonly [number, number];
  readonly wholeSize: readonly [number, number];
  readonly wholeScale: readonly [number, number];
  readonly quickSize: readonly [number, number];
  readonly quickScale: readonly [number, number];
}

/** In voxels, for each pixel of the canvas: its centre lies half a pixel from its corner. */
export interface Rays {
  /** The voxel at the top left corner of the canvas. */
  readonly origin: Triple;
  readonly right: Triple;
  readonly down: Triple;
  readonly deep: Triple;
  readonly samples: number;
  readonly mode: SlabMode;
}

export interface Shades {
  readonly window: Window;
  readonly isInverted: boolean;
  readonly colours: ColourMap;
}

interface Program {
  readonly program: WebGLProgram;
  readonly place: (name: string) => WebGLUniformLocation | null;
}

/** Texture units. */
const UNITS = { whole: 0, quick: 1, slices: 2, colours: 3 } as const;
/** Unit for uploads, so that no drawing loses its textures. */
export const UPLOAD_UNIT = 4;

export class PlaneGl {
  readonly canvas = document.createElement("canvas");
  /** Told after the context was lost: all textures are gone, and can be made anew. */
  readonly onRestored = new Set<() => void>();
  readonly onLost = new Set<() => void>();
  private readonly programs = new Map<string, Program>();
  private readonly empty = new Map<SamplerName, WebGLTexture>();
  private colours: { readonly texture: WebGLTexture; name: ColourMap | null } | null = null;

  private constructor(readonly gl: WebGL2RenderingContext, canvas: HTMLCanvasElement) {
    this.canvas = canvas;
    canvas.addEventListener("webglcontextlost", (event) => {
      // Only then does the browser give it back.
      event.preventDefault();
      this.forget();
      this.onLost.forEach((told) => told());
    });
    canvas.addEventListener("webglcontextrestored", () => this.onRestored.forEach((told) => told()));
  }

  /** Null if there is no WebGL2. */
  static create(): PlaneGl | null {
    const canvas = document.createElement("canvas");
    const gl = canvas.getContext("webgl2", { alpha: false, antialias: false, depth: false, stencil: false });
    return gl === null ? null : new PlaneGl(gl, canvas);
  }

  get isLost(): boolean {
    return this.gl.isContextLost();
  }

  /** Has the driver translate its program while pictures are still on their way: some take a second for it. */
  warm(sampler: SamplerName): void {
    const nothing = { sampler, whole: null, quick: null, slices: null, count: 1, first: 0, partsPerPlace: 0, even: null };
    const volume: DrawnVolume = { ...nothing, size: [1, 1], wholeSize: [1, 1], wholeScale: [1, 1], quickSize: [1, 1], quickScale: [1, 1] };
    const rays: Rays = { origin: [0, 0, 0], right: [0, 0, 0], down: [0, 0, 0], deep: [0, 0, 0], samples: 1, mode: "mean" };
    this.draw(volume, rays, { window: { center: 0, width: 1, function: "LINEAR", name: null }, isInverted: false, colours: "grey" }, 1, 1);
    this.gl.flush();
  }

  /** Draws into the top left corner of the canvas; use it at once. Null if it cannot. */
  draw(volume: DrawnVolume, rays: Rays, shades: Shades, width: number, height: number): HTMLCanvasElement | null {
    const { gl, canvas } = this;
    const program = this.program(volume.sampler, "colours");
    if (program === null || width <= 0 || height <= 0) {
      return null;
    }
    makeRoom(canvas, width, height);
    gl.bindFramebuffer(gl.FRAMEBUFFER, null);
    gl.useProgram(program.program);
    this.bindColours(program, shades.colours);
    gl.uniform2f(program.place("range"), shades.window.center, shades.window.width);
    gl.uniform1i(program.place("voi"), FUNCTIONS[shades.window.function]);
    gl.uniform1i(program.place("isInverted"), Number(shades.isInverted));
    gl.viewport(0, canvas.height - height, width, height);
    this.run(program, volume, rays, canvas.height);
    return gl.isContextLost() ? null : canvas;
  }

  /** The values of a plane, row by row; `NO_VALUE` where there is none. Null if it cannot. */
  read(volume: DrawnVolume, rays: Rays, width: number, height: number): Float32Array<ArrayBuffer> | null {
    const { gl } = this;
    const program = this.program(volume.sampler, "values");
    if (program === null) {
      return null;
    }
    const [frame, buffer] = [gl.createFramebuffer(), gl.createRenderbuffer()];
    gl.bindRenderbuffer(gl.RENDERBUFFER, buffer);
    gl.renderbufferStorage(gl.RENDERBUFFER, gl.RGBA8, width, height);
    gl.bindFramebuffer(gl.FRAMEBUFFER, frame);
    gl.framebufferRenderbuffer(gl.FRAMEBUFFER, gl.COLOR_ATTACHMENT0, gl.RENDERBUFFER, buffer);
    gl.useProgram(program.program);
    gl.viewport(0, 0, width, height);
    this.run(program, volume, rays, height);
    const bytes = new Uint8Array(width * height * 4);
    gl.readPixels(0, 0, width, height, gl.RGBA, gl.UNSIGNED_BYTE, bytes);
    gl.bindFramebuffer(gl.FRAMEBUFFER, null);
    gl.deleteFramebuffer(frame);
    gl.deleteRenderbuffer(buffer);
    if (gl.isContextLost()) {
      return null;
    }
    // WebGL counts rows from the bottom.
    const upright = new Float32Array(width * height);
    const read = new Float32Array(bytes.buffer);
    for (let row = 0; row < height; row++) {
      upright.set(read.subarray((height - 1 - row) * width, (height - row) * width), row * width);
    }
    return upright;
  }

  private run({ place }: Program, volume: DrawnVolume, rays: Rays, top: number): void {
    const { gl } = this;
    const bind = (unit: number, target: number, texture: WebGLTexture | null) => {
      gl.activeTexture(gl.TEXTURE0 + unit);
      gl.bindTexture(target, texture);
    };
    bind(UNITS.whole, gl.TEXTURE_3D, volume.whole ?? this.emptyTexture(volume.sampler));
    bind(UNITS.quick, gl.TEXTURE_3D, volume.quick ?? this.emptyTexture("sampler3D"));
    bind(UNITS.slices, gl.TEXTURE_2D, volume.slices);
    for (const [name, unit] of Object.entries(UNITS)) {
      gl.uniform1i(place(name), unit);
    }
    gl.uniform1i(place("count"), volume.count);
    gl.uniform1f(place("first"), volume.first);
    gl.uniform1f(place("partsPerPlace"), volume.partsPerPlace);
    gl.uniform1i(place("isEven"), Number(volume.even !== null));
    gl.uniform4f(place("even"), ...(volume.even ?? [1, 0, 1, 0]));
    gl.uniform2f(place("size"), ...volume.size);
    gl.uniform2i(place("wholeSize"), ...volume.wholeSize);
    gl.uniform2f(place("wholeScale"), ...volume.wholeScale);
    gl.uniform2i(place("quickSize"), ...volume.quickSize);
    gl.uniform2f(place("quickScale"), ...volume.quickScale);
    gl.uniform3f(place("origin"), ...rays.origin);
    gl.uniform3f(place("right"), ...rays.right);
    gl.uniform3f(place("down"), ...rays.down);
    gl.uniform3f(place("deep"), ...rays.deep);
    gl.uniform1i(place("samples"), rays.samples);
    gl.uniform1i(place("mode"), MODES[rays.mode]);
    gl.uniform1f(place("top"), top);
    gl.disable(gl.DITHER);
    gl.drawArrays(gl.TRIANGLES, 0, 3);
  }

  private bindColours({ place }: Program, name: ColourMap): void {
    const { gl } = this;
    this.colours ??= { texture: texture2d(gl), name: null };
    gl.activeTexture(gl.TEXTURE0 + UNITS.colours);
    gl.bindTexture(gl.TEXTURE_2D, this.colours.texture);
    if (this.colours.name !== name) {
      gl.pixelStorei(gl.UNPACK_ALIGNMENT, 1);
      gl.texImage2D(gl.TEXTURE_2D, 0, gl.RGB8, 256, 1, 0, gl.RGB, gl.UNSIGNED_BYTE, colourMap(name));
      this.colours.name = name;
    }
    gl.uniform1i(place("colours"), UNITS.colours);
  }

  /** A sampler must always have a texture of its type. */
  private emptyTexture(sampler: SamplerName): WebGLTexture {
    const { gl } = this;
    const found = this.empty.get(sampler);
    if (found !== undefined) {
      return found;
    }
    const format = { sampler3D: gl.R8, isampler3D: gl.R16I, usampler3D: gl.R16UI }[sampler];
    const created = texture3d(gl, format, 1, 1, 1);
    this.empty.set(sampler, created);
    return created;
  }

  private program(sampler: SamplerName, output: Output): Program | null {
    const key = `${sampler} ${output}`;
    const found = this.programs.get(key) ?? link(this.gl, fragmentShader(sampler, output));
    if (found !== null) {
      this.programs.set(key, found);
    }
    return found;
  }

  private forget(): void {
    this.programs.clear();
    this.empty.clear();
    this.colours = null;
  }
}

let shared: PlaneGl | null | undefined;

/** The one of this page; null if there is no WebGL2. */
export function planeGl(): PlaneGl | null {
  shared ??= PlaneGl.create();
  return shared;
}

function link(gl: WebGL2RenderingContext, fragment: string): Program | null {
  const program = gl.createProgram();
  for (const [type, source] of [
    [gl.VERTEX_SHADER, VERTEX],
    [gl.FRAGMENT_SHADER, fragment],
  ] as const) {
    const shader = gl.createShader(type);
    if (shader === null) {
      return null;
    }
    gl.shaderSource(shader, source);
    gl.compileShader(shader);
    gl.attachShader(program, shader);
  }
  gl.linkProgram(program);
  if (gl.getProgramParameter(program, gl.LINK_STATUS) !== true) {
    return null;
  }
  const places = new Map<string, WebGLUniformLocation | null>();
  return {
    program,
    place: (name) => {
      const found = places.get(name);
      if (found !== undefined) {
        return found;
      }
      const location = gl.getUniformLocation(program, name);
      places.set(name, location);
      return location;
    },
  };
}

/** A texture without a filter, bound to the unit for uploads. */
export function texture2d(gl: WebGL2RenderingContext): WebGLTexture {
  const created = gl.createTexture();
  gl.activeTexture(gl.TEXTURE0 + UPLOAD_UNIT);
  gl.bindTexture(gl.TEXTURE_2D, created);
  gl.texParameteri(gl.TEXTURE_2D, gl.TEXTURE_MIN_FILTER, gl.NEAREST);
  gl.texParameteri(gl.TEXTURE_2D, gl.TEXTURE_MAG_FILTER, gl.NEAREST);
  return created;
}

/** The same in three dimensions, with memory of its own. */
export function texture3d(gl: WebGL2RenderingContext, format: number, width: number, height: number, depth: number): WebGLTexture {
  const created = gl.createTexture();
  gl.activeTexture(gl.TEXTURE0 + UPLOAD_UNIT);
  gl.bindTexture(gl.TEXTURE_3D, created);
  gl.texParameteri(gl.TEXTURE_3D, gl.TEXTURE_MIN_FILTER, gl.NEAREST);
  gl.texParameteri(gl.TEXTURE_3D, gl.TEXTURE_MAG_FILTER, gl.NEAREST);
  gl.texStorage3D(gl.TEXTURE_3D, 1, format, width, height, depth);
  return created;
}
