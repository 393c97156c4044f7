/**
 * Draws grey and palette frames with WebGL2: the stored values are an integer texture, their colours a table of 256 or
 * 65,536 entries, so a change of window changes only the table.
 */

import { makeRoom } from "./canvas-room.js";
import type { FrameValues } from "./frame-values.js";
import { colourTable, type Look } from "./look.js";
import type { Drawing, Drawn, Renderer } from "./drawing.js";

const VERTEX = `#version 300 es
void main() {
  vec2 corner = vec2(float((gl_VertexID & 1) * 4 - 1), float((gl_VertexID >> 1) * 4 - 1));
  gl_Position = vec4(corner, 0.0, 1.0);
}`;

const FRAGMENT = `#version 300 es
precision highp float;
precision highp int;
precision highp usampler2D;
precision highp sampler2D;
uniform usampler2D stored;
uniform sampler2D colours;
uniform ivec4 box;
uniform int stride;
uniform int top;
out vec4 colour;

vec3 colourAt(ivec2 pixel) {
  uint value = texelFetch(stored, pixel, 0).r;
  return texelFetch(colours, ivec2(int(value & 255u), int(value >> 8)), 0).rgb;
}

void main() {
  ivec2 at = ivec2(gl_FragCoord.xy);
  // The last column and row once more, beyond the picture: what enlarges it looks there at its edges.
  ivec2 last = (box.zw - 1) / stride;
  ivec2 first = box.xy + min(ivec2(at.x, top - 1 - at.y), last) * stride;
  ivec2 end = min(first + stride, box.xy + box.zw);
  vec3 sum = vec3(0.0);
  for (int y = first.y; y < end.y; y++) {
    for (int x = first.x; x < end.x; x++) {
      sum += colourAt(ivec2(x, y));
    }
  }
  ivec2 size = max(end - first, ivec2(1));
  colour = vec4(sum / float(size.x * size.y), 1.0);
}`;

interface Context {
  readonly gl: WebGL2RenderingContext;
  readonly canvas: HTMLCanvasElement;
  readonly stored: WebGLTexture;
  readonly colours: WebGLTexture;
  readonly uniform: (name: string) => WebGLUniformLocation | null;
  readonly sideMax: number;
}

export class GlRenderer implements Renderer {
  readonly name = "webgl2";
  private context: Context | null = null;
  private isTried = false;
  private values: FrameValues | null = null;
  private look: Look | null = null;

  draw({ values, look, box, step }: Drawing): Drawn | null {
    const { samples, columns, rows, channels } = values.decoded;
    if (channels !== 1 || samples.BYTES_PER_ELEMENT > 2) {
      return null;
    }
    const context = this.open();
    const [width, height] = [Math.ceil(box.width / step), Math.ceil(box.height / step)];
    const isTooLarge = context === null || Math.max(columns, rows, width, height) > context.sideMax;
    if (isTooLarge || width <= 0 || height <= 0) {
      return null;
    }
    const { gl, canvas, uniform } = context;
    this.load(context, values, look);
    makeRoom(canvas, width, height);
    // The picture is at the top left; WebGL counts from the bottom.
    gl.viewport(0, canvas.height - height - 1, width + 1, height + 1);
    gl.uniform4i(uniform("box"), box.x, box.y, box.width, box.height);
    gl.uniform1i(uniform("stride"), step);
    gl.uniform1i(uniform("top"), canvas.height);
    gl.drawArrays(gl.TRIANGLES, 0, 3);
    return gl.isContextLost() ? null : { source: canvas, width, height };
  }

  private load({ gl, stored, colours }: Context, values: FrameValues, look: Look): void {
    if (this.values !== values) {
      const { samples, columns, rows } = values.decoded;
      gl.activeTexture(gl.TEXTURE0);
      gl.bindTexture(gl.TEXTURE_2D, stored);
      const is8 = samples.BYTES_PER_ELEMENT === 1;
      const type = is8 ? gl.UNSIGNED_BYTE : gl.UNSIGNED_SHORT;
      const { buffer, byteOffset, length } = samples;
      // Signed values are looked up by their bit pattern, which the table accounts for.
      const words = is8 ? new Uint8Array(buffer, byteOffset, length) : new Uint16Array(buffer, byteOffset, length);
      const format = is8 ? gl.R8UI : gl.R16UI;
      gl.texImage2D(gl.TEXTURE_2D, 0, format, columns, rows, 0, gl.RED_INTEGER, type, words);
    }
    if (this.values !== values || this.look !== look) {
      const table = colourTable(values, look);
      gl.activeTexture(gl.TEXTURE1);
      gl.bindTexture(gl.TEXTURE_2D, colours);
      const bytes = new Uint8Array(table.buffer);
      gl.texImage2D(gl.TEXTURE_2D, 0, gl.RGBA8, 256, table.length / 256, 0, gl.RGBA, gl.UNSIGNED_BYTE, bytes);
    }
    this.values = values;
    this.look = look;
  }

  private open(): Context | null {
    if (!this.isTried) {
      this.isTried = true;
      this.context = createContext(() => {
        // If the context is lost, the CPU draws from now on.
        this.context = null;
      });
    }
    return this.context;
  }
}

function createContext(onLost: () => void): Context | null {
  const canvas = document.createElement("canvas");
  const options: WebGLContextAttributes = { alpha: false, antialias: false, depth: false, stencil: false };
  const gl = canvas.getContext("webgl2", options) as WebGL2RenderingContext | null;
  if (gl !== null && isComputed(gl)) {
    gl.getExtension("WEBGL_lose_context")?.loseContext();
    return null;
  }
  const program = gl === null ? null : link(gl);
  if (gl === null || program === null) {
    return null;
  }
  canvas.addEventListener("webglcontextlost", onLost);
  gl.useProgram(program);
  gl.pixelStorei(gl.UNPACK_ALIGNMENT, 1);
  gl.disable(gl.DITHER);
  const texture = (unit: number) => {
    const created = gl.createTexture();
    gl.activeTexture(gl.TEXTURE0 + unit);
    gl.bindTexture(gl.TEXTURE_2D, created);
    gl.texParameteri(gl.TEXTURE_2D, gl.TEXTURE_MIN_FILTER, gl.NEAREST);
    gl.texParameteri(gl.TEXTURE_2D, gl.TEXTURE_MAG_FILTER, gl.NEAREST);
    return created;
  };
  const uniform = (name: string) => gl.getUniformLocation(program, name);
  gl.uniform1i(uniform("stored"), 0);
  gl.uniform1i(uniform("colours"), 1);
  const sideMax = gl.getParameter(gl.MAX_TEXTURE_SIZE) as number;
  return { gl, canvas, uniform, stored: texture(0), colours: texture(1), sideMax };
}

/** Drivers that compute on the processor what WebGL draws. */
const COMPUTED = /swiftshader|llvmpipe|softpipe|software|basic render/i;

/** Whether there is no graphics processor: then plain code draws a frame ten times as fast, without reading it back. */
function isComputed(gl: WebGL2RenderingContext): boolean {
  const names = gl.getExtension("WEBGL_debug_renderer_info");
  return COMPUTED.test(String(gl.getParameter(names?.UNMASKED_RENDERER_WEBGL ?? gl.RENDERER)));
}

function link(gl: WebGL2RenderingContext): WebGLProgram | null {
  const program = gl.createProgram();
  for (const [type, source] of [
    [gl.VERTEX_SHADER, VERTEX],
    [gl.FRAGMENT_SHADER, FRAGMENT],
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
  return gl.getProgramParameter(program, gl.LINK_STATUS) === true ? program : null;
}
