import { type Colours, colours } from "./colours.ts";

/** A place to draw on, in pixels of the page. */
export interface Sheet {
  readonly context: CanvasRenderingContext2D;
  readonly width: number;
  readonly height: number;
  readonly colours: Colours;
}

/** A canvas as sharp as the screen, cleared, to draw on; null where it is not shown, and has no size. */
export function sheet(canvas: HTMLCanvasElement, height: number): Sheet | null {
  const width = canvas.clientWidth;
  const context = canvas.getContext("2d");
  if (width === 0 || context === null) return null;
  const ratio = devicePixelRatio || 1;
  const [w, h] = [Math.round(width * ratio), Math.round(height * ratio)];
  if (canvas.width !== w || canvas.height !== h) {
    canvas.width = w;
    canvas.height = h;
    canvas.style.height = `${height}px`;
  }
  context.setTransform(ratio, 0, 0, ratio, 0, 0);
  context.clearRect(0, 0, width, height);
  context.font = "12px system-ui, sans-serif";
  return { context, width, height, colours: colours() };
}

/** Writes a text. */
export function write(
  { context, colours }: Sheet,
  text: string,
  x: number,
  y: number,
  { align = "left", colour = colours.text, size = 12, bold = false }: Partial<TextLook> = {},
): void {
  context.font = `${bold ? "bold " : ""}${size}px system-ui, sans-serif`;
  context.textAlign = align;
  context.textBaseline = "middle";
  context.fillStyle = colour;
  context.fillText(text, x, y);
}

interface TextLook {
  readonly align: CanvasTextAlign;
  readonly colour: string;
  readonly size: number;
  readonly bold: boolean;
}

/** A line through places. */
export function stroke(
  { context }: Sheet,
  places: readonly (readonly [number, number])[],
  { colour, width = 1.5, dash = [] }: { readonly colour: string; readonly width?: number; readonly dash?: number[] },
): void {
  context.beginPath();
  for (const [i, [x, y]] of places.entries()) {
    if (i === 0) context.moveTo(x, y);
    else context.lineTo(x, y);
  }
  context.strokeStyle = colour;
  context.lineWidth = width;
  context.setLineDash(dash);
  context.stroke();
  context.setLineDash([]);
}

/** A number as it is said: three digits, and what is none as that. */
export function three(value: number | null | undefined): string {
  if (value === null || value === undefined || !Number.isFinite(value)) return "no number";
  return String(Number(value.toPrecision(3))).replace("-", "−");
}

export const percent = (share: number | null | undefined): string =>
  share === null || share === undefined || !Number.isFinite(share) ? "–" : `${Math.round(100 * share)} %`;
