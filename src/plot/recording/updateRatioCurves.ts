import type { Plot } from "../drawing/plot.ts";
import { type PlotOptions, settingsOf } from "../specification/plot.ts";
import { curves, type Run } from "./curves.ts";

const where = "updateRatioCurves";

/**
 * How large the updates of each layer are, beside its values, over the steps of a training run: `‖θ′ − θ‖₂/‖θ‖₂` as
 * `stepProbes.updateRatios()` records it, on a log scale, with a guide at 10⁻³. Far above it a layer learns too fast,
 * far below it too slowly.
 *
 * Layers of a `Sequential` are counted, all that have parameters, batch norm's among them: the third is `layer 3`.
 * Lines of more than 300 points are averaged in groups, and of more than 12 layers some are left out; that is said.
 *
 * @throws TensorError for what is neither a recording, nor several by name, nor a comparison, and for one without that probe.
 * @see Karpathy 2022, "Building makemore", part 3.
 *
 * @example
 * ```ts
 * import { nn, optim, randn } from "evenkeel";
 * import { Recorder, stepProbes } from "evenkeel/analysis";
 * import { updateRatioCurves } from "evenkeel/plot";
 *
 * const model = new nn.Sequential(new nn.Linear(4, 8), new nn.Tanh(), new nn.Linear(8, 1));
 * const optimizer = new optim.SGD(model.parameters(), { lr: 0.1 });
 * const recorder = new Recorder(model, optimizer, { probes: { ratios: stepProbes.updateRatios() } });
 * const x = randn([16, 4]);
 * for (let step = 0; step < 20; step++) recorder.step(() => model.forward(x).sub(1).square().mean());
 * console.log(updateRatioCurves(recorder.recording()).title.text); // => Updates beside the values they change
 * ```
 */
export function updateRatioCurves(run: Run, options: PlotOptions = {}): Plot {
  const settings = settingsOf(where, options, {
    title: "Updates beside the values they change",
    width: 520,
    height: 300,
  });
  return curves(where, run, settings, {
    metric: "update ratio",
    axis: "‖θ′ − θ‖₂ / ‖θ‖₂",
    log: true,
    guide: 1e-3,
    isOfLayers: true,
    notes: ["Dashed: 1/1000, where it is usually best."],
  });
}
