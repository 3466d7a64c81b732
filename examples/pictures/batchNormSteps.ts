import type { nn, Tensor } from "evenkeel";
import { ownPlot, type Plot } from "evenkeel/plot";
import { column, heading, type Look } from "./parts.ts";

/** What a batch is in each of batch norm's three stages. */
const stages = [
  { name: "arrives", title: "y: what arrives" },
  { name: "normalised", title: "→  x̂ = (y − mean)/σ" },
  { name: "leaves", title: "→  γ·x̂ + β: what leaves" },
] as const;

/** How far the colours and the axis of values reach. */
const most = 6;

/**
 * What batch norm does to a batch: the batch as a matrix, a column for each neuron with its mean and σ below, and the distribution
 * of each column, as it arrives, normalised, and as it leaves.
 */
export function batchNormSteps(norm: nn.BatchNorm1d, y: Tensor, look: Look = {}): Plot {
  const width = look.width ?? 190;
  const [mean, variance] = [y.mean(0, { keepdim: true }), y.var(0, { correction: 0, keepdim: true })];
  const normalised = y.sub(mean).div(variance.add(norm.eps).sqrt());
  const batches = { arrives: y, normalised, leaves: norm.forward(y) };
  const neurons = Array.from({ length: y.shape[1] }, (_, i) => `neuron ${i + 1}`);
  const values = stages.flatMap(({ name: stage }) =>
    neurons.flatMap((neuron, unit) =>
      column(batches[stage], unit).map((value, example) => ({ stage, neuron, example: example + 1, value })),
    ),
  );
  const x = { field: "neuron", type: "nominal", title: null, sort: neurons };
  const matrix = (stage: string, isFirst: boolean) => ({
    width,
    height: 190,
    transform: [{ filter: { field: "stage", equal: stage } }],
    mark: { type: "rect" },
    encoding: {
      x: {
        ...x,
        axis: {
          orient: "top",
          labelAngle: 0,
          labelExpr: "split(datum.label, ' ')[1]",
          ticks: false,
          domain: false,
          title: "neuron",
        },
      },
      y: {
        field: "example",
        type: "ordinal",
        title: isFirst ? "example of the batch" : null,
        axis: { labels: false, ticks: false, domain: false },
      },
      color: {
        field: "value",
        type: "quantitative",
        title: null,
        scale: { scheme: "blueorange", domain: [-most, most], clamp: true },
        legend: isFirst ? { orient: "left", gradientLength: 150, tickCount: 5 } : null,
      },
    },
  });
  const numbersOf = (stage: string, isFirst: boolean) => ({
    width,
    height: 34,
    transform: [
      { filter: { field: "stage", equal: stage } },
      {
        aggregate: [
          { op: "mean", field: "value", as: "mean" },
          { op: "stdevp", field: "value", as: "deviation" },
        ],
        groupby: ["neuron"],
      },
    ],
    layer: [
      ...(["mean", "deviation"] as const).map((field, i) => ({
        transform: [{ calculate: `replace(format(datum.${field} + 1e-9, '.1f'), '-', '−')`, as: "text" }],
        mark: { type: "text", fontSize: 12, fontWeight: "bold" },
        encoding: {
          x: { ...x, axis: null },
          y: { value: i === 0 ? 8 : 26 },
          text: { field: "text" },
          color: {
            field: "neuron",
            type: "nominal",
            sort: neurons,
            scale: { domain: neurons, range: "category" },
            legend: null,
          },
        },
      })),
      ...(isFirst
        ? ["mean", "σ"].map((text, i) => ({
            data: { values: [{ text }] },
            mark: { type: "text", align: "right", fontSize: 12 },
            encoding: { x: { value: -10 }, y: { value: i === 0 ? 8 : 26 }, text: { field: "text" } },
          }))
        : []),
    ],
  });
  const density = (stage: string, isFirst: boolean) => ({
    width,
    height: 110,
    transform: [
      { filter: { field: "stage", equal: stage } },
      { density: "value", groupby: ["neuron"], bandwidth: 0.45, extent: [-most, most], steps: 120 },
    ],
    mark: { type: "line", strokeWidth: 2.5 },
    encoding: {
      x: {
        field: "value",
        type: "quantitative",
        title: "value",
        scale: { domain: [-most, most], nice: false },
        axis: { grid: true, tickCount: 7 },
      },
      y: {
        field: "density",
        type: "quantitative",
        title: isFirst ? "how often" : null,
        axis: { labels: false, ticks: false, grid: false },
      },
      color: {
        field: "neuron",
        type: "nominal",
        sort: neurons,
        scale: { domain: neurons, range: "category" },
        legend: null,
      },
    },
  });
  const columns = stages.map(({ name, title }, i) => ({
    title: heading(title),
    spacing: 4,
    vconcat: [matrix(name, i === 0), numbersOf(name, i === 0), density(name, i === 0)],
    resolve: { scale: { color: "independent", y: "independent" } },
  }));
  return ownPlot(
    { data: { values }, hconcat: columns, spacing: 26, resolve: { scale: { color: "independent" } } },
    {
      title: "What batch norm does to a batch",
      ...look,
    },
  );
}
