import type { LossSurface } from "evenkeel/analysis";
import { Camera, Geometry, Mesh, Orbit, Program, Renderer, Transform, Vec3 } from "ogl";
import { heat } from "./colours.ts";

const vertex = `
attribute vec3 position;
attribute vec3 colour;
uniform mat4 modelViewMatrix;
uniform mat4 projectionMatrix;
varying vec3 tone;
varying float depth;
void main() {
  tone = colour;
  vec4 place = modelViewMatrix * vec4(position, 1.0);
  depth = -place.z;
  gl_Position = projectionMatrix * place;
}`;

const fragment = `
precision highp float;
varying vec3 tone;
varying float depth;
void main() {
  gl_FragColor = vec4(tone * clamp(1.45 - 0.18 * depth, 0.5, 1.0), 1.0);
}`;

/** Heights from 0 to 1 at the points of a surface; what is no number is at the top. */
export function heightsOf(surface: LossSurface, least: number, most: number): number[][] {
  const span = most > least ? most - least : 1;
  return surface.loss.map((row) =>
    row.map((loss) => (loss === null ? 1 : Math.max(0, Math.min(1, (Math.log(Math.max(loss, 1e-6)) - least) / span)))),
  );
}

/** A surface in space, to be turned with the pointer or the arrow keys. By OGL, a small library for WebGL alone. */
export class Relief {
  private readonly renderer: Renderer;
  private readonly camera: Camera;
  private readonly scene = new Transform();
  private readonly orbit: Orbit;
  private mesh: Mesh | null = null;

  /** @throws Error where there is no WebGL. */
  constructor(canvas: HTMLCanvasElement) {
    this.renderer = new Renderer({
      canvas,
      dpr: Math.min(2, devicePixelRatio || 1),
      alpha: true,
      antialias: true,
      preserveDrawingBuffer: true,
    });
    if (!this.renderer.gl) throw new Error("no WebGL");
    this.camera = new Camera(this.renderer.gl, { fov: 35 });
    this.camera.position.set(1.6, 1.5, 2.2);
    this.orbit = new Orbit(this.camera, {
      element: canvas,
      target: new Vec3(0, 0.15, 0),
      enableZoom: false,
      enablePan: false,
    });
    canvas.addEventListener("pointermove", () => this.turn());
    canvas.addEventListener("keydown", (event) => {
      const angle = { ArrowLeft: 0.15, ArrowRight: -0.15 }[event.key];
      if (angle === undefined) return;
      event.preventDefault();
      const { x, z } = this.camera.position;
      this.camera.position.x = x * Math.cos(angle) - z * Math.sin(angle);
      this.camera.position.z = x * Math.sin(angle) + z * Math.cos(angle);
      this.orbit.forcePosition();
      this.turn();
    });
  }

  /** Shows other heights. */
  show(heights: readonly (readonly number[])[], width: number, height: number): void {
    const { gl } = this.renderer;
    const n = heights.length;
    const position = new Float32Array(3 * n * n);
    const colour = new Float32Array(3 * n * n);
    const index: number[] = [];
    for (let j = 0; j < n; j++) {
      for (let i = 0; i < n; i++) {
        const at = 3 * (j * n + i);
        position.set([(2 * i) / (n - 1) - 1, 0.8 * heights[j][i], (2 * j) / (n - 1) - 1], at);
        colour.set(
          heat(heights[j][i]).map((part) => part / 255),
          at,
        );
        if (i === n - 1 || j === n - 1) continue;
        const corner = j * n + i;
        index.push(corner, corner + n, corner + 1, corner + 1, corner + n, corner + n + 1);
      }
    }
    const geometry = new Geometry(gl, {
      position: { size: 3, data: position },
      colour: { size: 3, data: colour },
      index: { data: new Uint16Array(index) },
    });
    const program = new Program(gl, { vertex, fragment, cullFace: false });
    if (this.mesh !== null) this.scene.removeChild(this.mesh);
    this.mesh = new Mesh(gl, { geometry, program });
    this.mesh.setParent(this.scene);
    this.renderer.setSize(width, height);
    this.camera.perspective({ aspect: width / height });
    this.turn();
  }

  private turn(): void {
    requestAnimationFrame(() => {
      this.orbit.update();
      this.renderer.render({ scene: this.scene, camera: this.camera });
    });
  }
}
