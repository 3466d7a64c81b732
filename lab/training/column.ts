import { Generator, isTensorError, nn, noGrad, type optim, type Tensor } from "evenkeel";
import { internalCovariateShift, LiveActivations, type LiveLayer, lineProbe } from "evenkeel/analysis";
import type { Dataset, Examples } from "../data/dataset.ts";
import type { Normalisation, Settings } from "../settings.ts";
import { network, optimizerOf } from "./network.ts";
import { type Points, Series } from "./series.ts";
import { activationsOf, quantile, type Said, unitOf, Watch } from "./watch.ts";

/** Which layer and unit the reader follows, counted from 0. */
export interface Followed {
  readonly layer: number;
  readonly unit: number;
}

/** Where the histogram of an activation begins and ends. */
const ranges = { tanh: [-1, 1], sigmoid: [0, 1], relu: [0, 4] } as const;

/** What is seen of a network at any time. */
export interface ColumnSeen {
  /** The loss of the last batch, and whether it is a number. */
  readonly loss: number;
  /** Losses of batches, and of what is held out, in evaluation, as far as it was measured. */
  readonly losses: Points;
  readonly heldOut: Points;
  /** The activations of each hidden layer in the last pass. */
  readonly layers: readonly LiveLayer[];
  /** What the activations of the followed layer said in the last pass, example by example. */
  readonly followed: Said | null;
  /** Of what goes into the followed unit: the 15th, 50th and 85th percentile. */
  readonly percentiles: readonly [Points, Points, Points];
  /** Covariate shift, as of 2015: how far the mean of what goes into the followed unit moves in a step, in its deviations. */
  readonly moved: Points;
  /** And as of 2018: by how much the layers before change a layer's gradient in a step, on average over layers. */
  readonly changed: Points;
  /** Along the gradient: the smallest and largest loss, the largest change of the gradient, and its "effective β". */
  readonly line: Readonly<Record<"least" | "most" | "distance" | "beta", Points>>;
}

/** One of the two networks of the lab: its training, and what is seen of it. */
export class Column {
  readonly model: nn.Sequential;
  private readonly data: Dataset;
  private readonly settings: Settings;
  private followed: Followed;
  /** Where noise comes from, and where that stood when something was measured. */
  private readonly noise: Generator;
  private noiseSeen: Uint8Array;
  private readonly optimizer: optim.Optimizer;
  private readonly live: LiveActivations;
  /** Of all layers, so that another one can be followed while nothing runs. */
  private readonly watches: readonly Watch[];
  private batch: Examples;
  private pending: Tensor | null = null;
  /** What the layers put out in training, where something was measured since. */
  private shown: readonly LiveLayer[] | null = null;
  /** The loss of the last batch. */
  loss = Number.NaN;
  private readonly losses = new Series();
  private readonly heldOut = new Series();
  private unit = new UnitSeries();
  private readonly changed = new Series();
  private readonly line = { least: new Series(), most: new Series(), distance: new Series(), beta: new Series() };

  constructor(data: Dataset, settings: Settings, normalisation: Normalisation, followed: Followed) {
    this.data = data;
    this.settings = settings;
    this.followed = followed;
    this.noise = new Generator().manualSeed(settings.seed + 2);
    this.noiseSeen = this.noise.getState();
    this.model = network(data, settings, { normalisation, noise: this.noise });
    this.optimizer = optimizerOf(this.model, settings);
    this.live = new LiveActivations(this.model, { range: ranges[settings.activation] });
    this.watches = activationsOf(this.model).map((activation) => new Watch(activation));
    this.batch = data.training;
  }

  /** The first half of a step: the loss of a batch. */
  forward(step: number, batch: Examples): void {
    this.batch = batch;
    this.shown = null;
    this.optimizer.zeroGrad();
    this.pending = nn.functional.crossEntropy(this.model.forward(batch.x), batch.labels);
    this.loss = this.pending.item();
    this.losses.push(step, this.loss);
    const seen = this.watches[this.followed.layer].last;
    if (seen !== null) this.unit.push(step, unitOf(seen.input, seen.units, this.followed.unit));
  }

  /** The second half: the gradients, and the step of the optimiser. */
  backward(): void {
    this.pending?.backward();
    this.optimizer.step();
    this.pending = null;
  }

  /** Follows another unit from now on. */
  follow(followed: Followed): void {
    this.followed = followed;
    this.unit = new UnitSeries();
  }

  /** Measures the loss of what is held out, with the statistics of evaluation. */
  evaluate(step: number): void {
    this.quietly(() => {
      this.model.eval();
      const { x, labels } = this.data.heldOut;
      const loss = noGrad(() => nn.functional.crossEntropy(this.model.forward(x), labels)).item();
      this.heldOut.push(step, loss);
      this.model.train();
    });
  }

  /** Measures covariate shift as of 2018, at the next step on the last batch. */
  measureShift(step: number): void {
    const shift = this.measured(() =>
      internalCovariateShift(this.model, this.lossOf, { lr: this.settings.lr, batchNormWith: "preceding" }),
    );
    if (shift === null) return;
    const later = shift.layers.slice(1).map(({ relative }) => relative ?? Number.NaN);
    this.changed.push(step, later.reduce((sum, change) => sum + change, 0) / later.length);
  }

  /** Measures the landscape along the gradient, from half the rate to four times it. */
  measureLine(step: number): void {
    const { lr } = this.settings;
    const probed = this.measured(() => lineProbe(this.model, this.lossOf, { preset: "vgg", lr }));
    if (probed === null) return;
    const { lossRange, gradientDistanceRange, effectiveBeta } = probed;
    this.line.least.push(step, lossRange?.[0] ?? Number.NaN);
    this.line.most.push(step, lossRange?.[1] ?? Number.NaN);
    this.line.distance.push(step, gradientDistanceRange?.[1] ?? Number.NaN);
    this.line.beta.push(step, effectiveBeta ?? Number.NaN);
  }

  /** What is seen now. */
  seen(): ColumnSeen {
    const { last } = this.watches[this.followed.layer];
    return {
      loss: this.loss,
      losses: this.losses.points(),
      heldOut: this.heldOut.points(),
      layers: this.shown ?? this.live.layers(),
      followed: last === null ? null : { output: last.output, units: last.units },
      ...this.unit.points(),
      changed: this.changed.points(),
      line: {
        least: this.line.least.points(),
        most: this.line.most.points(),
        distance: this.line.distance.points(),
        beta: this.line.beta.points(),
      },
    };
  }

  /** The loss of the last batch, for analyses: with the same noise each time. */
  readonly lossOf = (): Tensor => {
    this.noise.setState(this.noiseSeen);
    return nn.functional.crossEntropy(this.model.forward(this.batch.x), this.batch.labels);
  };

  /** What an analysis says, measured {@link quietly}; null where the loss or what it leads to is no number. */
  measured<T>(analysis: () => T): T | null {
    try {
      return this.quietly(analysis);
    } catch (error) {
      if (isTensorError(error) && error.code === "EVENKEEL_NOT_FINITE") return null;
      throw error;
    }
  }

  /** Measures without it being seen: what hooks saw of training stays in view, and the noise that comes next is what it would be. */
  quietly<T>(measure: () => T): T {
    const seen = this.watches.map(({ last }) => last);
    this.shown ??= this.live.layers();
    this.noiseSeen = this.noise.getState();
    try {
      return measure();
    } finally {
      this.noise.setState(this.noiseSeen);
      for (const [i, watch] of this.watches.entries()) watch.last = seen[i];
    }
  }
}

/** The percentiles of what goes into a unit, and how far its mean moves. */
class UnitSeries {
  private readonly bands = [new Series(), new Series(), new Series()] as const;
  private readonly moved = new Series();
  private before = Number.NaN;

  push(step: number, values: Float32Array): void {
    const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
    const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length;
    if (!Number.isNaN(this.before))
      this.moved.push(step, variance > 0 ? Math.abs(mean - this.before) / Math.sqrt(variance) : 0);
    this.before = mean;
    const sorted = values.slice().sort();
    [0.15, 0.5, 0.85].forEach((share, i) => void this.bands[i].push(step, quantile(sorted, share)));
  }

  points() {
    const [low, middle, high] = this.bands.map((series) => series.points());
    return { percentiles: [low, middle, high] as const, moved: this.moved.points() };
  }
}
