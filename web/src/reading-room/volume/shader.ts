/**
 * Draws a plane through a volume, of any direction and thickness. Four stored values of each of two slices are fetched
 * and interpolated by hand: integer textures have no filter, and a filter would interpolate stored values, although each
 * slice may have a slope of its own.
 *
 * `first`, `count`, `partsPerPlace`, `even`: see `slice-table.ts`. `size`: columns and rows of the volume; `wholeSize`, `quickSize`: of a stored slice,
 * and of a stored quick picture. `origin`, `right`, `down`, `deep`: in voxels, from the top left corner of the canvas, which is `top` pixels
 * high, and for each pixel and sample. `within` gives the sum of the values around a point of a slice, weighed, and of their weights, which
 * is 1 without padding; `valueAt` the same at a point of the volume, interpolated between slices that are joined, and half a distance further;
 * `slab` the value of a pixel, and whether there is one. What lies between voxels is never their maximum or minimum: there each layer looks
 * where it crosses a slice (column, row), if it does, and both faces of the slab are looked at.
 */

export const VERTEX = `#version 300 es
void main() {
  vec2 corner = vec2(float((gl_VertexID & 1) * 4 - 1), float((gl_VertexID >> 1) * 4 - 1));
  gl_Position = vec4(corner, 0.0, 1.0);
}`;

/** Of the texture of whole slices. */
export type SamplerName = "sampler3D" | "isampler3D" | "usampler3D";

/** Values as bits for the page to read, or colours for the eye. */
export type Output = "values" | "colours";

/** Slab modes, as the shader numbers them. */
export const MODES = { mean: 0, maximum: 1, minimum: 2 } as const;
/** Windows, as the shader numbers them. */
export const FUNCTIONS = { LINEAR: 0, LINEAR_EXACT: 1, SIGMOID: 2 } as const;

export function fragmentShader(sampler: SamplerName, output: Output): string {
  return `#version 300 es
precision highp float;
precision highp int;
precision highp sampler2D;
uniform highp ${sampler} whole;
uniform highp sampler3D quick;
uniform sampler2D slices;
uniform sampler2D colours;
uniform int count;
uniform float first;
uniform float partsPerPlace;
uniform bool isEven;
uniform vec4 even;
uniform vec2 size;
uniform ivec2 wholeSize;
uniform vec2 wholeScale;
uniform ivec2 quickSize;
uniform vec2 quickScale;
uniform vec3 origin;
uniform vec3 right;
uniform vec3 down;
uniform vec3 deep;
uniform float top;
uniform int samples;
uniform int mode;
uniform vec2 range;
uniform int voi;
uniform bool isInverted;
out vec4 colour;

vec2 within(vec4 stored, vec4 meaning, bool isQuick, vec2 at) {
  ivec2 last = (isQuick ? quickSize : wholeSize) - 1;
  vec2 texel = (at + 0.5) * (isQuick ? quickScale : wholeScale) - 0.5;
  vec2 base = floor(texel);
  vec2 part = texel - base;
  vec2 sum = vec2(0.0);
  for (int corner = 0; corner < 4; corner++) {
    ivec2 side = ivec2(corner & 1, corner >> 1);
    vec2 near = mix(1.0 - part, part, vec2(side));
    float weight = near.x * near.y;
    if (weight > 0.0) {
      ivec3 place = ivec3(clamp(ivec2(base) + side, ivec2(0), last) + ivec2(stored.yz), int(stored.w));
      float value = isQuick ? texelFetch(quick, place, 0).r : float(texelFetch(whole, place, 0).r);
      bool isPadding = !isQuick && value >= meaning.z && value <= meaning.w;
      if (!isPadding && !isnan(value)) {
        sum += weight * vec2(value * meaning.x + meaning.y, 1.0);
      }
    }
  }
  return sum;
}

vec2 valueAt(vec3 voxel, vec3 layer) {
  vec3 reach = abs(layer);
  bool isAcross = reach.z > 0.0 && reach.z >= max(reach.x, reach.y);
  if (!isAcross && max(reach.x, reach.y) > 0.0) {
    bool isX = reach.x >= reach.y;
    float way = isX ? floor(voxel.x + 0.5) - voxel.x : floor(voxel.y + 0.5) - voxel.y;
    float speed = isX ? layer.x : layer.y;
    if (abs(way) <= 0.5 * abs(speed) + 1e-4) {
      voxel += layer * (way / speed);
    }
  }
  if (any(lessThan(voxel.xy, vec2(-0.5))) || any(greaterThan(voxel.xy, size - 0.5))) {
    return vec2(0.0);
  }
  vec4 before;
  vec4 next;
  vec4 beforeMeaning = even;
  vec4 nextMeaning = even;
  bvec2 areQuick = bvec2(false);
  float share = 0.0;
  bool isNear = false;
  bool hasNext;
  if (isEven) {
    float place = clamp(floor(voxel.z), 0.0, float(count - 1));
    before = vec4(place, 0.0, 0.0, place);
    next = before + vec4(1.0, 0.0, 0.0, 1.0);
    isNear = abs(voxel.z - place) <= 0.5;
    hasNext = place < float(count - 1);
    share = hasNext ? max(voxel.z - place, 0.0) : 0.0;
  } else {
    int part = clamp(int((voxel.z - first) * partsPerPlace), 0, count - 1);
    int slice = int(texelFetch(slices, ivec2(part, 3), 0).x);
    before = texelFetch(slices, ivec2(slice, 0), 0);
    while (slice > 0 && before.x > voxel.z) {
      slice--;
      before = texelFetch(slices, ivec2(slice, 0), 0);
    }
    next = texelFetch(slices, ivec2(min(slice + 1, count - 1), 0), 0);
    while (slice + 1 < count && next.x <= voxel.z) {
      slice++;
      before = next;
      next = texelFetch(slices, ivec2(min(slice + 1, count - 1), 0), 0);
    }
    int other = min(slice + 1, count - 1);
    vec4 kind = texelFetch(slices, ivec2(slice, 2), 0);
    beforeMeaning = texelFetch(slices, ivec2(slice, 1), 0);
    nextMeaning = texelFetch(slices, ivec2(other, 1), 0);
    areQuick = bvec2(kind.x > 0.5, texelFetch(slices, ivec2(other, 2), 0).x > 0.5);
    isNear = abs(voxel.z - before.x) <= 0.5;
    hasNext = slice < other;
    if (hasNext && voxel.z > before.x) {
      share = kind.y > 0.5 ? (voxel.z - before.x) / (next.x - before.x) : 0.0;
      if (kind.y < 0.5 && !isNear) {
        isNear = next.x - voxel.z <= 0.5;
        before = next;
        beforeMeaning = nextMeaning;
        areQuick.x = areQuick.y;
        hasNext = false;
      }
    }
  }
  if (isAcross) {
    bool isNext = hasNext && abs(next.x - voxel.z) < abs(before.x - voxel.z);
    float way = (isNext ? next.x : before.x) - voxel.z;
    if (abs(way) <= 0.5 * reach.z + 1e-4) {
      voxel += layer * (way / layer.z);
      before = isNext ? next : before;
      beforeMeaning = isNext ? nextMeaning : beforeMeaning;
      areQuick.x = isNext ? areQuick.y : areQuick.x;
      isNear = true;
      share = 0.0;
    }
  }
  if (share == 0.0 && !isNear) {
    return vec2(0.0);
  }
  vec2 found = within(before, beforeMeaning, areQuick.x, voxel.xy);
  return share == 0.0 ? found : mix(found, within(next, nextMeaning, areQuick.y, voxel.xy), share);
}

vec2 slab() {
  vec2 pixel = vec2(gl_FragCoord.x, top - gl_FragCoord.y);
  vec3 middle = origin + right * pixel.x + down * pixel.y;
  vec2 sum = vec2(0.0);
  bool isMean = mode == ${MODES.mean} || deep == vec3(0.0);
  for (int sampled = 0; sampled < (isMean ? samples : samples + 2); sampled++) {
    bool isLayer = sampled < samples;
    float along = isLayer ? float(sampled) - float(samples - 1) * 0.5 : (float(sampled - samples) - 0.5) * float(samples);
    vec2 found = valueAt(middle + deep * along, isMean || !isLayer ? vec3(0.0) : deep);
    if (found.y >= 0.5) {
      float value = found.x / found.y;
      bool isBetter = sum.y == 0.0 || (mode == ${MODES.maximum} ? value > sum.x : value < sum.x);
      if (mode == ${MODES.mean}) {
        sum += vec2(value, 1.0);
      } else if (isBetter) {
        sum = vec2(value, 1.0);
      }
    }
  }
  return sum.y == 0.0 ? sum : vec2(mode == ${MODES.mean} ? sum.x / sum.y : sum.x, 1.0);
}
${output === "values" ? VALUES : COLOURS}`;
}

/** The bits of a float in four bytes; where there is no value, the lowest that a float can hold. */
const VALUES = `
void main() {
  vec2 found = slab();
  uint bits = floatBitsToUint(found.y == 0.0 ? -3.4028235e38 : found.x);
  colour = vec4(uvec4(bits, bits >> 8, bits >> 16, bits >> 24) & 255u) / 255.0;
}`;

/** As \`full/window.ts\` and \`full/look.ts\`, which say what it means. */
const COLOURS = `
float brightness(float value) {
  if (voi == ${FUNCTIONS.SIGMOID}) {
    return 1.0 / (1.0 + exp(-4.0 * (value - range.x) / range.y));
  }
  if (voi == ${FUNCTIONS.LINEAR_EXACT}) {
    return range.y > 0.0 ? (value - range.x) / range.y + 0.5 : 0.0;
  }
  return range.y <= 1.0 ? float(value > range.x - 0.5) : (value - (range.x - 0.5)) / (range.y - 1.0) + 0.5;
}

void main() {
  vec2 found = slab();
  int shown = int(floor(clamp(brightness(found.x), 0.0, 1.0) * 255.0 + 0.5));
  vec3 seen = texelFetch(colours, ivec2(isInverted ? 255 - shown : shown, 0), 0).rgb;
  colour = vec4(found.y == 0.0 ? vec3(0.0) : seen, 1.0);
}`;

/** What the page reads where there is no value. */
export const NO_VALUE = -3.4028234663852886e38;
