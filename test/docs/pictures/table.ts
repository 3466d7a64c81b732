import { grad, nn } from "evenkeel";
import { descend1d, explainBatchNormGradient, type SurfaceRoughness, surfaceRoughness } from "evenkeel/analysis";
import type { Plot } from "evenkeel/plot";
import {
  batchNorm,
  namesBatches,
  namesNetwork,
  nothing,
  ownWeights,
  planes,
} from "../../../examples/experiments/networks.ts";
import {
  changes,
  isAbout,
  last,
  mean,
  numbers,
  partBeyond,
  percent,
  reach,
  ridges,
  rowsOf,
  type Sentences,
  spread,
  widthOf,
} from "./reading.ts";
import { ofSince } from "./since.ts";

/** The panels of a grid, row by row. */
const panelsOf = (plot: Plot): readonly Plot[] => (plot as unknown as { readonly concat: readonly Plot[] }).concat;

const same = (seen: readonly boolean[], said: readonly boolean[]): boolean => String(seen) === String(said);

/** How jagged each of the four planes is, from three seeds. */
function roughnessFromSeeds(): readonly SurfaceRoughness[][] {
  const found = [0, 1, 2].map((seed) => Object.values(planes(seed)).map(surfaceRoughness));
  return [0, 1, 2, 3].map((i) => found.map((seeds) => seeds[i]));
}

/** The sentences of the guides on each figure, alternative texts first, by folder and name. */
export const ofPlots: Readonly<Record<string, Sentences>> = {
  "recording/loss-curves": {
    "Two losses over 300 steps: that with batch norm is lower throughout, and the bands seldom overlap": (plot) => {
      const [standard, normed] = ["standard", "batch norm"].map((name) => rowsOf(plot, { name }));
      const overlaps = standard.filter(({ low }, i) => Number(low) <= Number(normed[i].high)).length;
      return (
        standard.every(({ value }, i) => Number(value) > Number(normed[i].value)) && overlaps < standard.length / 10
      );
    },
  },
  "recording/update-ratio-curves": {
    "Updates of the weight layers are 1 to 3.5 % of the weights, those of batch norm a thousandth or so": (plot) =>
      reach(percent([1, 3, 5, 7].flatMap((n) => numbers(plot, "value", { name: `layer ${n}` }))), "1", "3.5") &&
      [2, 4, 6].every((n) =>
        numbers(plot, "value", { name: `layer ${n}` }).every((ratio) => ratio > 0.0003 && ratio < 0.002),
      ),
  },
  "recording/update-ratio-dots": {
    "With usual weights all ratios are near −3.4; with weights eight times as large the last layer's is −1.8": (
      plot,
    ) => {
      const large = numbers(plot, "log10", { name: "eight times as large" });
      const usual = numbers(plot, "log10", { name: "usual weights" });
      return usual.every((ratio) => Math.abs(ratio + 3.4) < 0.1) && isAbout(last(large), "−1.8");
    },
  },
  "recording/rate-scale-map": {
    "Without batch norm no rate trains from all scales; with it all rates from 0.1 to 3 do": (plot) => {
      const trains = (panel: string, lr: number) =>
        numbers(plot, "loss", { panel, lr }).filter((loss) => loss < 2.75).length;
      const rates = [0.01, 0.1, 0.3, 1, 3, 10];
      return (
        rates.every((lr) => trains("standard", lr) < 6) &&
        rates.every((lr) => (trains("batch norm", lr) === 6) === (lr >= 0.1 && lr <= 3))
      );
    },
    "here none does: at a rate of 10 losses are large, but numbers": (plot) =>
      rowsOf(plot).every(({ loss }) => loss !== null) && numbers(plot, "loss", { lr: 10 }).every((loss) => loss > 20),
  },
  "activations/activation-histograms": {
    "Without batch norm three of four tanh layers have nearly all values at −1 and 1; with it all are spread": (
      plot,
    ) => {
      const [standard, normed] = ridges(plot).map((layers) => layers.map((layer) => partBeyond(layer, 0.9)));
      return standard.filter((part) => part > 0.5).length === 3 && normed.every((part) => part < 0.25);
    },
  },
  "activations/gradient-histograms": {
    "Gradients at the outputs of tanhs: the nearer to the input the wider without batch norm, five times in all, and much the same with it":
      (plot) => {
        const places = [
          [1, 3, 5, 7],
          [2, 5],
        ];
        const [standard, normed] = ridges(plot).map((layers, i) => places[i].map((place) => widthOf(layers[place])));
        return (
          changes(standard).every((change) => change < 0) &&
          isAbout(standard[0] / last(standard), "5") &&
          normed.every((width) => width / normed[0] > 0.8 && width / normed[0] < 1.25)
        );
      },
    "here the gradients on the left reach about three times as far": (plot) => {
      const [left, right] = ridges(plot).map((layers) => Math.max(...layers.flat().map(({ x }) => Math.abs(x))));
      return isAbout(left / right, "3");
    },
  },
  "activations/saturation-bitmap": {
    "Without batch norm nearly every unit of the second layer is saturated for nearly every example and one is dead; with it few are":
      (plot) => {
        const part = (panel: string) =>
          rowsOf(plot, { panel }).reduce((sum, row) => sum + (row.state ? Number(row.to) - Number(row.from) : 0), 0) /
          3000;
        const dead = rowsOf(plot, { state: "dead: saturated for every example" });
        return (
          part("standard · layer 2") > 0.9 &&
          new Set(dead.map(({ from }) => from)).size === 1 &&
          part("batch norm · layer 2") < 0.05
        );
      },
  },
  "activations/batch-norm": {
    "A batch of 32 examples of four neurons: the columns arrive with other means and deviations, are given mean 0 and σ 1, and leave with those that γ and β choose":
      (plot) => {
        const columns = (stage: string) =>
          [1, 2, 3, 4].map((i) => numbers(plot, "value", { stage, neuron: `neuron ${i}` }));
        const apart = (values: readonly number[]) =>
          values.every((value, i) => values.every((other, k) => i === k || Math.abs(value - other) > 0.25));
        const [arrives, normalised, leaves] = ["arrives", "normalised", "leaves"].map(columns);
        return (
          arrives.every((column) => column.length === 32) &&
          apart(arrives.map(mean)) &&
          apart(arrives.map(spread)) &&
          normalised.every((column) => Math.abs(mean(column)) < 1e-5 && Math.abs(spread(column) - 1) < 1e-3) &&
          leaves.every(
            (column, i) =>
              Math.abs(mean(column) - [-2, 0, 3, 1][i]) < 1e-3 && Math.abs(spread(column) - [2, 1, 0.5, 1.5][i]) < 1e-3,
          )
        );
      },
  },
  "activations/saturation": {
    "Without batch norm more than nine of ten outputs are saturated, a unit is dead, and a thirtieth of the gradient comes through; with it more than half does":
      (plot) => {
        const panels = (plot as unknown as { hconcat: (typeof plot)[] }).hconcat;
        const saturated = panels.map(
          (panel) =>
            rowsOf(panel).reduce(
              (sum, row) => sum + (row.state === undefined ? 0 : Number(row.to) - Number(row.from)),
              0,
            ) / 3000,
        );
        const [slope, normed] = ["standard", "batch norm"].map((name) => numbers(plot, "meanSlope", { name })[0]);
        const dead = panels.map((panel) => rowsOf(panel, { state: "dead: saturated for every example" }).length);
        return saturated[0] > 0.9 && dead[0] === 60 && dead[1] === 0 && isAbout(slope, "0.03") && normed > 0.5;
      },
  },
  "activations/dead-unit-timeline": {
    "At a rate of 0.1 no more units are dead at the end than at the start; at a rate of 3 most of the second layer is":
      (plot) => {
        const deadAt = (panel: string, step: number) =>
          rowsOf(plot, { panel, state: "dead" }).filter(({ from, to }) => Number(from) <= step && step < Number(to))
            .length;
        return (
          deadAt("rate 0.1 · layer 2", 310) <= deadAt("rate 0.1 · layer 2", 0) &&
          deadAt("rate 0.1 · layer 1", 310) === 0 &&
          deadAt("rate 3 · layer 2", 310) > 20
        );
      },
  },
  "activations/activation-ridges": {
    "Histograms of what goes into the last tanh, over 240 steps: without batch norm they widen, with it they stay as wide":
      (plot) => {
        const width = (panel: string, row: number) =>
          widthOf(
            rowsOf(plot, { panel, row }).map(({ x, top, base }) => ({
              x: Number(x),
              height: Number(top) - Number(base),
            })),
          );
        const widened = (panel: string) => width(panel, 11) / width(panel, 0);
        return widened("standard · Tanh") > 1.3 && Math.abs(widened("batch norm · Tanh") - 1) < 0.05;
      },
  },
  "activations/percentile-bands": {
    "The median and the 15th and 85th percentile of what goes into sigmoids: in 200 steps medians fall by 0.6 to 1 without batch norm, with it by less than 0.25":
      (plot) => {
        const falls = (name: string) =>
          ["", ", unit 0", ", unit 1"].map((unit) => {
            const medians = numbers(plot, "median", { panel: `${name}${unit}` });
            return mean(medians.slice(0, 20)) - mean(medians.slice(200, 220));
          });
        return (
          reach(falls("standard · Sigmoid"), "0.6", "1.0") &&
          falls("batch norm · Sigmoid").every((fall) => Math.abs(fall) < 0.25)
        );
      },
  },
  "covariateShift/three-neurons": {
    "Steps 1c, 1b, 1a and 2c: c steps for an input of 1, which is stale as soon as b and a have stepped; then it gets −0.54":
      (plot) => {
        // They are drawn twice, once with what is said of them.
        const inputs = rowsOf(plot)
          .filter(({ zb }) => zb !== undefined)
          .slice(0, 4);
        return (
          inputs.map(({ step, state }) => `${step} ${state}`).join(", ") === "1c fresh, 1b stale, 1a stale, 2c fresh" &&
          inputs.slice(0, 3).every(({ zb }) => zb === 1) &&
          isAbout(Number(inputs[3].zb), "−0.54")
        );
      },
  },
  "covariateShift/two-measures": {
    "By the measure of 2015 there is fifty times less covariate shift with batch norm, by that of 2018 more at every step; and its loss is lower":
      (plot) => {
        const of = (name: string, field: string) => numbers(plot, field, { name });
        const factor = mean(of("standard", "moved").slice(1)) / mean(of("batch norm", "moved").slice(1));
        const [changed, normed] = ["standard", "batch norm"].map((name) => of(name, "changed"));
        return (
          Math.abs(factor - 50) < 5 &&
          normed.every((value, i) => value > changed[i]) &&
          last(of("batch norm", "lossMean")) < last(of("standard", "lossMean"))
        );
      },
  },
  "covariateShift/covariate-shift-bars": {
    "Gradients change by 9 to 16 % without batch norm and by 5 to 10 % with it when the layers before them move": (
      plot,
    ) => {
      const [standard, normed] = ["standard", "batch norm"].map((name) => numbers(plot, "relative", { name }).slice(1));
      return reach(percent(standard), "9", "16") && reach(percent(normed), "5", "10");
    },
  },
  "covariateShift/interference-heat-map": {
    "A matrix of five by five layers: the largest numbers are on the diagonal, of the first and the last layer": (
      plot,
    ) => {
      const sorted = rowsOf(plot).toSorted((a, b) => Number(b.change) - Number(a.change));
      const [first, second] = sorted.map(({ disturbed, moves }) => `${disturbed} ${moves}`);
      return sorted.length === 25 && first === "5 5" && second === "1 1";
    },
  },
  "landscape/landscape-bands": {
    "Bands over 200 steps, both networks in each panel: with batch norm the loss varies half as much along the step, the gradient changes by less than a twentieth, and the effective β is less than a thirtieth":
      (plot) => {
        const of = (field: string) => ["standard", "batch norm"].map((name) => mean(numbers(plot, field, { name })));
        const [[low, lowNormed], [high, highNormed]] = [of("lossLow"), of("lossHigh")];
        const [[gradient, gradientNormed], [beta, betaNormed]] = [of("gradientHigh"), of("beta")];
        return (
          isAbout((highNormed - lowNormed) / (high - low), "0.5") &&
          gradientNormed < gradient / 20 &&
          betaNormed < beta / 30 &&
          Math.max(...numbers(plot, "step")) === 200
        );
      },
    "The losses themselves are much alike": (plot) => {
      const [low, high] = ["lossLow", "lossHigh"].map((field) => numbers(plot, field, { name: "standard" }));
      const normed = numbers(plot, "lossHigh", { name: "batch norm" });
      return normed.every((loss, i) => loss > low[i] && loss < high[i] + 0.3);
    },
  },
  "landscape/line-profile": {
    "Loss, change of the gradient and smoothness along one line, against the length of the step: at the start the gradient changes more with batch norm":
      (plot) => {
        const [standard, normed] = ["standard", "batch norm"].map((name) =>
          numbers(plot, "gradientDistance", { name }),
        );
        return normed.every((distance, i) => distance > standard[i]);
      },
  },
  "landscape/surface-contours": {
    "Two bowls with the path of training in them, and below how far off the plane each state is": (plot) =>
      ["standard", "batch norm"].every((name) => numbers(plot, "distance", { name }).length === 22),
    "93 % of the path's variance lies in it here": (plot) =>
      plot.title.subtitle.filter((note) => note.includes("93 % of the path's variance")).length === 2,
  },
  "landscape/interpolation-curve": {
    "Between two networks trained from different seeds the loss rises by 0.3": (plot) =>
      ["standard", "batch norm"].every((name) => {
        const along = numbers(plot, "loss", { name }).slice(2);
        return isAbout(Math.max(...along) - Math.max(along[0], last(along)), "0.3");
      }),
  },
  "landscape/descent-paths": {
    "Three starts, one below the other: without batch norm the small rate reaches the valley from one of them, and the larger one jumps across it; with batch norm the larger rate reaches it from all three":
      (plot) => {
        const reached = (column: number, name: string) =>
          panelsOf(plot).map((panel, i) => i % 2 === column && last(numbers(panel, "loss", { name })) < 0.05);
        const jumps = [0, 2, 4].map((i) => changes(numbers(panelsOf(plot)[i], "x", { name: "rate 0.1" })));
        return (
          same(reached(0, "rate 0.01"), [false, false, true, false, false, false]) &&
          same(reached(0, "rate 0.1"), [false, false, false, false, false, false]) &&
          same(reached(1, "rate 0.1"), [false, true, false, true, false, true]) &&
          jumps.every((steps) => steps.filter((step) => Math.abs(step) > 0.3).length > 2)
        );
      },
    "Without batch norm the small rate ends in another place from each start: it stays in a dip on the left, finds the valley from the middle, and rests in a dip on the right.":
      () => {
        const { descents } = descend1d(ownWeights(nothing, { direction: 1 }), {
          starts: [-0.75, 0.3, 0.85],
          lr: 0.01,
          steps: 200,
          tolerance: 0.01,
        });
        const [left, middle, right] = descents.map(({ x }) => x);
        return (
          left.slice(-50).every((x) => x > -0.8 && x < -0.7) &&
          Math.abs(last(middle)) < 0.01 &&
          isAbout(last(right), "0.66")
        );
      },
    "With batch norm there is one valley": (plot) =>
      panelsOf(plot).every((panel, i) => {
        const curve = rowsOf(panel).flatMap((row) => (row.name === undefined ? [Number(row.loss)] : []));
        const valleys = curve.filter((loss, at) => loss < curve[at - 1] && loss < curve[at + 1]).length;
        return i % 2 === 1 ? valleys === 1 : valleys > 3;
      }),
  },
  "landscape/surface-relief": {
    "Four reliefs: of five layers a jagged one without batch norm and a smooth one with it, of two layers two smooth ones":
      () => {
        const minima = Object.values(planes(0)).map((surface) => surfaceRoughness(surface).minima);
        return minima[0] > 40 && minima.slice(1).every((count) => count <= 2);
      },
    "From seeds 0 to 2 it has 44 to 52 local minima without batch norm and 1 or 2 with it, and a loss lies 0.025 to 0.029 off the straight line between its neighbours for 0.001":
      () => {
        const [rough, smooth] = roughnessFromSeeds();
        return (
          reach(
            rough.map(({ minima }) => minima),
            "44",
            "52",
          ) &&
          reach(
            smooth.map(({ minima }) => minima),
            "1",
            "2",
          ) &&
          reach(
            rough.map(({ secondDifference }) => Number(secondDifference)),
            "0.025",
            "0.029",
          ) &&
          smooth.every(({ secondDifference }) => isAbout(Number(secondDifference), "0.001"))
        );
      },
    "no minimum without batch norm, at most one with it, and there batch norm bends the loss more": () => {
      const [, , plain, normed] = roughnessFromSeeds();
      return (
        plain.every(({ minima }) => minima === 0) &&
        normed.every(
          ({ minima, secondDifference }, i) =>
            minima <= 1 && Number(secondDifference) > Number(plain[i].secondDifference),
        )
      );
    },
  },
  "landscape/hessian-spectrum": {
    "Most eigenvalues lie around 0; the largest are 1.0 without batch norm and 1.2 with it, and only with it some lie below −0.2":
      (plot) => {
        const largest = (name: string) =>
          Math.max(
            ...rowsOf(plot, { name }).flatMap(({ eigenvalue, density }) =>
              density === undefined ? [Number(eigenvalue)] : [],
            ),
          );
        const smallest = (name: string) =>
          Math.min(
            ...rowsOf(plot, { name }).flatMap(({ eigenvalue, density }) =>
              Number(density) > 1e-3 ? [Number(eigenvalue)] : [],
            ),
          );
        const densest = (name: string) =>
          rowsOf(plot, { name }).reduce((a, b) => (Number(b.density ?? 0) > Number(a.density ?? 0) ? b : a));
        return (
          isAbout(largest("standard"), "1.0") &&
          isAbout(largest("batch norm"), "1.2") &&
          smallest("batch norm") < -0.2 &&
          smallest("standard") > -0.2 &&
          ["standard", "batch norm"].every((name) => Math.abs(Number(densest(name).eigenvalue)) < 0.05)
        );
      },
  },
  "theory/noise": {
    "The losses with batch norm and with noise behind it are close together, below both others; and one unit, still in the first, shaken in the second":
      (plot) => {
        const [standard, normed, noisy, alone] = ["standard", "batch norm", "noise behind it", "noise alone"].map(
          (name) => last(numbers(plot, "smooth", { name })),
        );
        const steps = (name: string) => mean(changes(numbers(plot, "mean", { name })).map(Math.abs));
        return (
          noisy - normed < (standard - noisy) / 3 &&
          standard < alone &&
          steps("batch norm") < 0.01 &&
          steps("noise behind it") > 50 * steps("batch norm")
        );
      },
    "Noise behind batch norm moves the unit by more at each step than training moves it in the standard network over all of them":
      (plot) => {
        const standard = numbers(plot, "mean", { name: "standard" });
        const ends = Math.abs(mean(standard.slice(-40)) - mean(standard.slice(0, 40)));
        return mean(changes(numbers(plot, "mean", { name: "noise behind it" })).map(Math.abs)) > ends;
      },
  },
  "theory/placement": {
    "One unit of the last layer: before the tanh batch norm gives it mean 0 and σ 1 at the start, but after training −0.3 and 0.6; behind the tanh σ is 0.6 and 0.5":
      (plot) => {
        const of = (time: string, place: string) => numbers(plot, "value", { time, place });
        const [start, end] = ["before training", "after training"];
        return (
          isAbout(mean(of(start, "before")), "0") &&
          isAbout(spread(of(start, "before")), "1.0") &&
          isAbout(mean(of(end, "before")), "−0.3") &&
          isAbout(spread(of(end, "before")), "0.6") &&
          isAbout(spread(of(start, "behind")), "0.6") &&
          isAbout(spread(of(end, "behind")), "0.5")
        );
      },
  },
  "theory/theorem-gradient": {
    "For each of eight units: between 60 and 95 % of the rescaled gradient is kept": (plot) =>
      rowsOf(plot, { part: "kept" }).length === 8 &&
      numbers(plot, "value", { part: "kept" }).every((part) => part > 0.6 && part < 0.95),
  },
  "theory/gradient-projection": {
    "Three gradients in space: of units whose class never occurs, batch norm leaves a third of the rescaled gradient and turns it by more than 50°, of another nearly all":
      (plot) => {
        const found = panelsOf(plot).map((panel) =>
          /unit (\d) (\d+) % left, turned by (\d+)°/.exec(
            String((panel as { title: { text: unknown } }).title.text).replace(",", " "),
          ),
        );
        const [first, second, third] = found.map((match) => (match ?? []).slice(1).map(Number));
        return (
          [first, second].every(([unit, left, turned]) => unit >= 4 && left > 28 && left < 38 && turned > 50) &&
          third[0] < 4 &&
          third[1] > 90
        );
      },
    "In a network of two hidden layers on names, before its first step, a rescale has 99 and 96 % of what batch norm passes on":
      () => {
        const model = namesNetwork(batchNorm, { hidden: 2 });
        const { x, labels } = namesBatches(64, 0)(0);
        const places = [x];
        for (const layer of model) places.push(layer.forward(last(places)));
        const gradients = grad(nn.functional.crossEntropy(last(places), labels), [places[2], places[5]]);
        const kept = [1, 4].map(
          (i, k) => explainBatchNormGradient([...model][i] as nn.BatchNorm1d, places[i], gradients[k]).total.kept,
        );
        return isAbout(100 * kept[0], "99") && isAbout(100 * kept[1], "96");
      },
  },
  "theory/theorem-curvature": {
    "The curvature along the gradient in parts: batch norm's own is negative for all eight units": (plot) => {
      const own = numbers(plot, "value", { part: "of batch norm itself" });
      return own.length === 8 && own.every((value) => value < 0);
    },
  },
  "theory/theorem-minimax": {
    "The largest gradient at the weights of eight units: smaller with batch norm for each": (plot) => {
      const [measured, without] = ["the most as measured", "the most without batch norm"].map((point) =>
        numbers(plot, "value", { point }),
      );
      return measured.length === 8 && measured.every((value, i) => value < without[i]);
    },
  },
  "theory/theorem-initialisation": {
    "The distance from a start to the nearest optimum: of all eight units batch norm saves more than nine tenths": (
      plot,
    ) => {
      const [left, saved] = ["to the nearest optimum with batch norm", "saved by batch norm"].map((part) =>
        numbers(plot, "value", { part }),
      );
      return saved.length === 8 && saved.every((value, i) => value / (value + left[i]) > 0.9);
    },
  },
  ...ofSince,
};

/** Those of graphs, which are drawn by another program: by the words in them. */
export const ofGraphs: Readonly<Record<string, Sentences<string>>> = {
  "graph/computation-graph": {
    "From a and b to mul, with c to add, to y, which is a tanh": (svg) =>
      ["a", "b", "c", "y", "mul", "add", "tanh"].every((word) => svg.includes(word)),
  },
  "graph/computation-graph-modules": {
    "Rows go through four layers; with labels into crossEntropy": (svg) =>
      ["rows", "labels", "crossEntropy", "BatchNorm1d", "Tanh"].every((word) => svg.includes(word)) &&
      svg.split("Linear").length >= 3,
  },
};
