// Renderers: how points get on a canvas. Both take points, colors, and then draw any view of them.

const VERTEX = `#version 300 es
in vec2 place; in uint code;
uniform vec2 centre, scale; uniform float size, alpha; uniform vec4 single; uniform sampler2D palette;
out vec4 color; flat out float edge;
void main() {
  gl_Position = vec4((place - centre) * scale, 0, 1);
  gl_PointSize = size;
  edge = min(1.0 / size, 0.3);
  vec4 own = single.a > 0.0 ? single : texelFetch(palette, ivec2(int(code), 0), 0);
  color = vec4(own.rgb, own.a * alpha);
}`;
const FRAGMENT = `#version 300 es
precision mediump float;
in vec4 color; flat in float edge; out vec4 shown;
void main() {
  float cover = 1.0 - smoothstep(0.5 - edge, 0.5, length(gl_PointCoord - 0.5));
  shown = vec4(color.rgb, 1) * color.a * cover;
}`;

function program(gl) {
  const made = gl.createProgram();
  for (const [kind, text] of [[gl.VERTEX_SHADER, VERTEX], [gl.FRAGMENT_SHADER, FRAGMENT]]) {
    const shader = gl.createShader(kind);
    gl.shaderSource(shader, text);
    gl.compileShader(shader);
    gl.attachShader(made, shader);
  }
  gl.bindAttribLocation(made, 0, "place");
  gl.bindAttribLocation(made, 1, "code");
  gl.linkProgram(made);
  if (!gl.getProgramParameter(made, gl.LINK_STATUS)) throw new Error(gl.getProgramInfoLog(made));
  return made;
}

// Whether WebGL would be emulated by the processor, where three pictures a second are drawn of half a
// million points; `byProcessor` draws many more.
function emulated() {
  const gl = document.createElement("canvas").getContext("webgl2");
  const told = gl?.getExtension("WEBGL_debug_renderer_info");
  const name = told ? String(gl.getParameter(told.UNMASKED_RENDERER_WEBGL)) : "";
  gl?.getExtension("WEBGL_lose_context")?.loseContext();
  return /swiftshader|llvmpipe|softpipe|software|basic render/i.test(name);
}

// All points in one call, then those of each group in one more.
function webgl(canvas) {
  const gl = canvas.getContext("webgl2", { antialias: false, premultipliedAlpha: true });
  if (!gl) return null;
  const shader = program(gl);
  gl.useProgram(shader);
  const at = (name) => gl.getUniformLocation(shader, name);
  const uniform = Object.fromEntries(
    ["centre", "scale", "size", "alpha", "single"].map((name) => [name, at(name)]),
  );
  const [places, codes, order, members] = Array.from({ length: 4 }, () => gl.createBuffer());
  gl.bindTexture(gl.TEXTURE_2D, gl.createTexture());
  gl.texParameteri(gl.TEXTURE_2D, gl.TEXTURE_MIN_FILTER, gl.NEAREST);
  gl.texParameteri(gl.TEXTURE_2D, gl.TEXTURE_MAG_FILTER, gl.NEAREST);
  gl.enable(gl.BLEND);
  gl.blendFunc(gl.ONE, gl.ONE_MINUS_SRC_ALPHA);
  let n = 0;
  return {
    name: "webgl2",
    points(points) {
      n = points.n;
      const pairs = new Uint16Array(2 * n);
      for (let i = 0; i < n; i++) {
        pairs[2 * i] = points.x[i];
        pairs[2 * i + 1] = points.y[i];
      }
      gl.bindBuffer(gl.ARRAY_BUFFER, places);
      gl.bufferData(gl.ARRAY_BUFFER, pairs, gl.STATIC_DRAW);
      gl.enableVertexAttribArray(0);
      gl.vertexAttribPointer(0, 2, gl.UNSIGNED_SHORT, true, 0, 0);
    },
    colors({ code, palette }, strength) {
      gl.bindBuffer(gl.ARRAY_BUFFER, codes);
      gl.bufferData(gl.ARRAY_BUFFER, code, gl.DYNAMIC_DRAW);
      gl.enableVertexAttribArray(1);
      gl.vertexAttribIPointer(1, 1, gl.UNSIGNED_BYTE, 0, 0);
      gl.bindBuffer(gl.ELEMENT_ARRAY_BUFFER, order);
      gl.bufferData(gl.ELEMENT_ARRAY_BUFFER, drawingOrder(code, (c) => strength(c) < 1), gl.DYNAMIC_DRAW);
      const texels = new Uint8Array(256 * 4);
      palette.forEach((own, c) => texels.set([...own, 255 * strength(c)], 4 * c));
      gl.texImage2D(gl.TEXTURE_2D, 0, gl.RGBA, 256, 1, 0, gl.RGBA, gl.UNSIGNED_BYTE, texels);
    },
    draw({ x, y, k, width, height, ratio }, { size, larger, alpha }, groups) {
      gl.viewport(0, 0, canvas.width, canvas.height);
      gl.clearColor(0, 0, 0, 0);
      gl.clear(gl.COLOR_BUFFER_BIT);
      gl.uniform2f(uniform.centre, x, y);
      gl.uniform2f(uniform.scale, (2 * k) / width, (2 * k) / height);
      gl.uniform1f(uniform.size, size * ratio);
      gl.uniform1f(uniform.alpha, alpha);
      gl.uniform4f(uniform.single, 0, 0, 0, 0);
      gl.bindBuffer(gl.ELEMENT_ARRAY_BUFFER, order);
      gl.drawElements(gl.POINTS, n, gl.UNSIGNED_INT, 0);
      gl.bindBuffer(gl.ELEMENT_ARRAY_BUFFER, members);
      gl.uniform1f(uniform.size, larger * ratio);
      gl.uniform1f(uniform.alpha, 1);
      for (const group of groups) {
        gl.uniform4f(uniform.single, ...group.rgb.map((v) => v / 255), 1);
        gl.bufferData(gl.ELEMENT_ARRAY_BUFFER, group.members, gl.DYNAMIC_DRAW);
        gl.drawElements(gl.POINTS, group.members.length, gl.UNSIGNED_INT, 0);
      }
    },
  };
}

// Over the points: rings round those of the chosen drug and under the pointer, and the lasso.
function drawMarks(map, size) {
  const { marks, camera } = map;
  marks.setTransform(camera.ratio, 0, 0, camera.ratio, 0, 0);
  marks.clearRect(0, 0, camera.width, camera.height);
  marks.strokeStyle = getComputedStyle(map.root).color;
  rings(map, map.members ?? [], size / 2 + 2.5, 1.5);
  if (map.lit) rings(map, map.lit, size / 2 + 4, 2.5);
  if (map.over !== null) rings(map, [map.over], size / 2 + 4, 2.5);
  if (map.polygon === null) return;
  marks.lineWidth = 1.5;
  marks.setLineDash([5, 4]);
  marks.beginPath();
  for (const [x, y] of map.polygon) marks.lineTo(...camera.pixelOf(x, y));
  marks.closePath();
  marks.stroke();
  marks.setLineDash([]);
}

function rings(map, points, radius, line) {
  const { marks, camera } = map;
  marks.lineWidth = line;
  marks.beginPath();
  for (const i of points) {
    const [left, top] = map.pixelOf(i);
    const near = left > -radius && left < camera.width + radius;
    if (!near || top < -radius || top > camera.height + radius) continue;
    marks.moveTo(left + radius, top);
    marks.arc(left, top, radius, 0, 7);
  }
  marks.stroke();
}
