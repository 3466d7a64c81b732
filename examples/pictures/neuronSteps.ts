import { ownPlot, type Plot } from "evenkeel/plot";
import type { Look } from "./parts.ts";

/** One update of the walk through three neurons, as the experiment `threeNeurons` has it. */
interface Update {
  /** Which, such as `"1c"`. */
  readonly step: string;
  /** The weights of a, b and c after it. */
  readonly weights: Readonly<Record<"a" | "b" | "c", number>>;
  /** The weight of its neuron before it. */
  readonly weight: number;
  /** What neuron c got in the pass that the update was computed from. */
  readonly zb: number;
}

const neurons = ["a", "b", "c"] as const;

/**
 * Three neurons in a row, update by update: 1c, 1b and 1a are computed from one pass, in which c got `z_b`; when a and b have taken
 * their steps that is stale, and 2c begins from another one.
 */
export function neuronSteps(updates: readonly Update[], x: number, look: Look = {}): Plot {
  const alarm = look.theme === "dark" ? "#f08a3c" : "#c45200";
  const rows = updates.map(({ step }) => step);
  const number = (value: number) => value.toFixed(2).replace("-", "−");
  const circles = updates.flatMap(({ step, weights, weight: before }) =>
    neurons.map((neuron, place) => {
      const isUpdated = step.endsWith(neuron);
      return {
        step,
        place: place + 1,
        neuron,
        state: isUpdated ? "takes its step" : "as it was",
        weight: weights[neuron],
        label: isUpdated ? `${number(before)} → ${number(weights[neuron])}` : number(weights[neuron]),
      };
    }),
  );
  const inputs = updates.map(({ step, weights, zb }) => {
    const now = weights.a * weights.b * x;
    const isStale = Math.abs(now - zb) > 1e-9;
    return {
      step,
      place: 2.5,
      zb,
      now,
      state: isStale ? "stale" : "fresh",
      label: `z_b = ${number(zb)}`,
      said: isStale ? `stale: by now it would be ${number(now)}` : "",
    };
  });
  const ends = updates.flatMap(({ step }) => [
    { step, place: 0.2, label: `x = ${x}` },
    { step, place: 3.8, label: "ŷ" },
  ]);
  const links = updates.flatMap(({ step }) =>
    [0.42, 1.2, 2.2, 3.2].map((from, i) => ({ step, from, to: [0.8, 1.8, 2.8, 3.68][i] })),
  );
  const y = {
    field: "step",
    type: "nominal",
    sort: rows,
    title: null,
    axis: { labelFontSize: 16, labelFontWeight: "bold", ticks: false, domain: false, labelPadding: 12 },
  };
  const across = { field: "place", type: "quantitative", title: null, scale: { domain: [0, 4] }, axis: null };
  const at = { x: across, y };
  const states = ["takes its step", "as it was"];
  const layer = [
    {
      data: { values: links },
      mark: { type: "rule", color: "#888888", strokeWidth: 1.5 },
      encoding: {
        x: { ...across, field: "from" },
        x2: { field: "to" },
        y,
      },
    },
    {
      data: { values: links },
      mark: { type: "point", shape: "triangle-right", filled: true, size: 60, color: "#888888", opacity: 1 },
      encoding: { x: { ...across, field: "to" }, y },
    },
    {
      data: { values: circles },
      mark: { type: "point", filled: true, size: look.stacked ? 900 : 1500, opacity: 1 },
      encoding: {
        ...at,
        color: {
          field: "state",
          type: "nominal",
          title: null,
          scale: { domain: states, range: [alarm, "#7d8f9e"] },
          legend: { orient: "bottom", symbolSize: 150 },
        },
      },
    },
    {
      data: { values: circles },
      mark: { type: "text", fontSize: 15, fontWeight: "bold", color: "#ffffff" },
      encoding: { ...at, text: { field: "neuron" } },
    },
    {
      data: { values: circles },
      mark: { type: "text", dy: 34, fontSize: 12 },
      encoding: { ...at, text: { field: "label" } },
    },
    { data: { values: ends }, mark: { type: "text", fontSize: 13 }, encoding: { ...at, text: { field: "label" } } },
    {
      data: { values: inputs },
      mark: { type: "text", dy: look.stacked ? -28 : -13, fontSize: 13, fontWeight: "bold" },
      encoding: {
        ...at,
        text: { field: "label" },
        color: {
          condition: { test: "datum.state === 'stale'", value: alarm },
          value: look.theme === "dark" ? "#ececec" : "#1c1c1c",
        },
      },
    },
    {
      data: { values: inputs },
      mark: { type: "text", dy: look.stacked ? -46 : -31, fontSize: 12, color: alarm },
      encoding: { ...at, text: { field: "said" } },
    },
  ];
  return ownPlot(
    { width: look.width ?? 540, height: { step: look.stacked ? 118 : 104 }, layer },
    {
      title: "Neuron c learns on what a and b are about to change",
      notes: ["ŷ = c·b·a·x, the same x throughout. Below each neuron: its weight."],
      ...look,
    },
  );
}
