import { describe, TensorError } from "../../base/errors.ts";
import { aFunction, notNegative } from "../../base/optionKinds.ts";
import { type OptionRules, optionsOf } from "../../base/optionRules.ts";
import { type DisplayBundle, display } from "../drawing/display.ts";
import type { Plot } from "../drawing/plot.ts";

/** Shows content in a place of its own: the first time anew, then in place of what was there. */
export type ShowBundle = (bundle: DisplayBundle, isUpdate: boolean) => void | Promise<void>;

/** What {@link LiveView} may be told. */
export interface LiveViewOptions {
  /** Milliseconds between two drawings, at least. Default `500`. */
  readonly interval?: number;
  /** Shows what is drawn. Default: the output of a cell of Deno's Jupyter kernel. */
  readonly show?: ShowBundle;
}

const where = "LiveView";

const rules = {
  interval: { is: notNegative, default: 500 },
  show: { is: aFunction },
} satisfies OptionRules<LiveViewOptions>;

/**
 * Redraws a plot while training goes on, in a notebook or wherever `show` leads.
 *
 * Call `await view.update()` in the loop of training. It draws only if the last drawing is `interval` ago, and otherwise
 * does nothing, so that it costs training little; where it draws, it lets the notebook work. `await view.end()` draws what
 * is there at the end.
 *
 * @throws TensorError for unknown options; and by `update`, where there is no notebook to show it in.
 *
 * @example
 * ```ts
 * import { nn, ones, optim } from "evenkeel";
 * import { Recorder } from "evenkeel/analysis";
 * import { LiveView, lossCurves } from "evenkeel/plot";
 *
 * const model = new nn.Linear(1, 1);
 * const recorder = new Recorder(model, new optim.SGD(model.parameters(), { lr: 0.1 }));
 * const drawn: boolean[] = [];
 * const view = new LiveView(() => lossCurves(recorder.recording()), {
 *   show: (_, isUpdate) => void drawn.push(isUpdate), // in a notebook there is no need to say
 * });
 * for (let step = 0; step < 100; step++) {
 *   recorder.step(() => model.forward(ones([1, 1])).square().mean());
 *   await view.update();
 * }
 * await view.end();
 * console.log(drawn[0], drawn.at(-1)); // => false true
 * ```
 */
export class LiveView {
  private readonly draw: () => Plot;
  private readonly interval: number;
  private readonly show: ShowBundle | undefined;
  private readonly id = `evenkeel-${Date.now()}-${Math.random()}`;
  private lastDrawn = Number.NEGATIVE_INFINITY;
  private isShown = false;

  /**
   * @param draw - makes the plot of what is known by then.
   * @param options - see {@link LiveViewOptions}.
   */
  constructor(draw: () => Plot, options: LiveViewOptions = {}) {
    const { interval, show } = optionsOf(where, options, rules);
    if (typeof draw !== "function") refuse("a function that makes a plot", draw);
    this.draw = draw;
    this.interval = interval;
    this.show = show;
  }

  /** Draws, if the last time is long enough ago. */
  async update(): Promise<void> {
    if (performance.now() - this.lastDrawn < this.interval) return;
    await this.end();
    await new Promise((resolve) => setTimeout(resolve, 0));
  }

  /** Draws what there is now. */
  async end(): Promise<void> {
    this.lastDrawn = performance.now();
    const show = this.show ?? notebook(this.id);
    await show(await display(this.draw()), this.isShown);
    this.isShown = true;
    this.lastDrawn = performance.now();
  }
}

interface DenoJupyter {
  broadcast(type: string, content: Readonly<Record<string, unknown>>): Promise<void>;
}

/** The output of the cell that runs, by the protocol's `display_id`. */
function notebook(id: string): ShowBundle {
  const { jupyter } = (globalThis as { Deno?: { jupyter?: DenoJupyter } }).Deno ?? {};
  if (typeof jupyter?.broadcast !== "function") {
    throw new TensorError(where, {
      expected: "a notebook with Deno's kernel, or a function as show",
      got: "neither",
      hint: "Pass { show: (bundle) => … }, which is given each kind of content by its media type.",
    });
  }
  return (bundle, isUpdate) =>
    jupyter.broadcast(isUpdate ? "update_display_data" : "display_data", {
      data: bundle,
      metadata: {},
      transient: { display_id: id },
    });
}

function refuse(expected: string, value: unknown): never {
  throw new TensorError(where, { expected, got: describe(value) });
}
