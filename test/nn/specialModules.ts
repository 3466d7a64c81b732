import { Generator, nn, onesLike, Tensor, zerosLike } from "evenkeel";
import { type ModuleRow, modules } from "./modules.table.ts";

/** A module in one mode as a function: of its inputs, its parameters, its state, and of what else PyTorch has to be told. */
export interface ModuleAsFunction {
  readonly key: string;
  /** The same in PyTorch. */
  readonly torch: string;
  readonly inputs: readonly Tensor[];
  /** Whether it draws numbers, which are told PyTorch. */
  readonly isRandom: boolean;
  readonly run: (...all: Tensor[]) => Tensor;
}

type Mode = "training" | "evaluation";

/** Every module in PyTorch, of its inputs, parameters and state in the order of its fields, by its name in the table. */
const inPyTorch: Readonly<Record<string, string | Readonly<Record<Mode, string>>>> = {
  Linear: "F.linear",
  "Linear, without bias, for one example": "F.linear",
  "Linear, of more dimensions": "F.linear",
  BatchNorm1d: batchNorm("w, b, ", "w, b", 1e-5),
  "BatchNorm1d, over places, with other numbers": batchNorm("w, b, ", "w, b", 0.25),
  "BatchNorm1d, without parameters": batchNorm("", "None, None", 1e-5),
  "BatchNorm1d, without running statistics": "lambda x, w, b: F.batch_norm(x, None, None, w, b, True, 0.1, 1e-5)",
  "BatchNorm1d, by the unbiased variance, without eps": {
    training: "lambda x, w, b, m, v: F.batch_norm(x, None, None, w / (4 / 3) ** 0.5, b, True, 0.1, 0)",
    evaluation: "lambda x, w, b, m, v: F.batch_norm(x, m, v, w, b, False, 0.1, 0)",
  },
  "BatchNorm1d, by the unbiased variance, over places, with eps, without parameters": {
    training:
      "lambda x, m, v: F.batch_norm(x, None, None, torch.ones(3, dtype=x.dtype) / (4 / 3) ** 0.5, None, True, 0.1, 0.1875)",
    evaluation: "lambda x, m, v: F.batch_norm(x, m, v, None, None, False, 0.1, 0.25)",
  },
  BatchNorm2d: batchNorm("w, b, ", "w, b", 1e-5),
  BatchNorm3d: batchNorm("", "None, None", 0.25),
  NoisyBatchNorm1d: noisyBatchNorm(1e-5),
  "NoisyBatchNorm1d, over places, with other spreads": noisyBatchNorm(0.25),
  NoisyBatchNorm2d: noisyBatchNorm(0.25),
  GhostBatchNorm1d: {
    training: "lambda x, w, b, m, v: torch.cat([F.batch_norm(c, None, None, w, b, True) for c in x.split(3)])",
    evaluation: "lambda x, w, b, m, v: F.batch_norm(x, m, v, w, b)",
  },
  "GhostBatchNorm1d, over places, without running statistics":
    "lambda x, w, b: torch.cat([F.batch_norm(c, None, None, w, b, True, 0.1, 0.25) for c in x.split(1)])",
  LpNorm2d: {
    training:
      "lambda x, w, b, m, v: (x - x.mean([0, 2, 3], keepdim=True)) / " +
      "(x.norm(1, [0, 2, 3], keepdim=True) / 4 + 0.25) * w.reshape(1, 3, 1, 1) + b.reshape(1, 3, 1, 1)",
    evaluation: "lambda x, w, b, m, v: ((x.transpose(1, 3) - m) / (v + 0.25) * w + b).transpose(1, 3)",
  },
  Noise2d: { training: "lambda x, s, m: x * s + m", evaluation: "lambda x, s, m: x" },
  Noise1d: { training: "lambda x, s, m: x * s + m", evaluation: "lambda x, s, m: x" },
  "Noise1d, over places, with other spreads": {
    training: "lambda x, s, m: x * s + m",
    evaluation: "lambda x, s, m: x",
  },
  "LpNorm1d, of p = 1": lpNorm("w, b, m, v", "1", " * w + b"),
  "LpNorm1d, of p = 2": lpNorm("w, b, m, v", "2", " * w + b"),
  "LpNorm1d, of p = Infinity": lpNorm("w, b, m, v", "float('inf')", " * w + b"),
  "LpNorm1d, over places, without running statistics":
    "lambda x, w, b: (x - x.mean([0, 2], keepdim=True)) / " +
    "(x.norm(1, [0, 2], keepdim=True) / 4 + 0.25) * w.reshape(1, 3, 1) + b.reshape(1, 3, 1)",
  "LpNorm1d, without parameters": lpNorm("m, v", "2", ""),
  LayerNorm: "lambda x, w, b: F.layer_norm(x, [3], w, b, 1e-5)",
  "LayerNorm, over two dimensions, without bias": "lambda x, w: F.layer_norm(x, [2, 3], w, None, 0.25)",
  "LayerNorm, without parameters": "lambda x: F.layer_norm(x, [3], None, None, 1e-5)",
  GroupNorm: "lambda x, w, b: F.group_norm(x, 2, w, b)",
  "GroupNorm, without parameters": "lambda x: F.group_norm(x, 1, None, None, 0.25)",
  InstanceNorm1d: {
    training: "lambda x, w, b, m, v: F.instance_norm(x, None, None, w, b)",
    evaluation: "lambda x, w, b, m, v: F.instance_norm(x, m, v, w, b, False)",
  },
  InstanceNorm2d: "lambda x: F.instance_norm(x.unsqueeze(0), eps=0.25).squeeze(0)",
  RMSNorm: "lambda x, w: x * torch.rsqrt(x.square().mean(1, keepdim=True) + torch.finfo(x.dtype).eps) * w",
  "RMSNorm, over two dimensions, without a parameter":
    "lambda x: x * torch.rsqrt(x.square().mean([1, 2], keepdim=True) + 0.25)",
  Conv1d: "F.conv1d",
  "Conv1d, of one example, without bias, with all options": "lambda x, w: F.conv1d(x, w, None, 2, 1, 2, 2)",
  Conv2d: "F.conv2d",
  "Conv2d, that keeps the size": "lambda x, w, b: F.conv2d(x, w, b, padding='same')",
  "Conv2d, of one example, without bias, with all options":
    "lambda x, w: F.conv2d(x, w, None, (2, 1), (0, 1), (1, 2), 2)",
  "Conv2d, with what lies within around it": "lambda x, w, b: F.conv2d(F.pad(x, (2, 2, 1, 1), 'reflect'), w, b)",
  Embedding: "lambda i, w: F.embedding(i.long(), w)",
  "Embedding, with options that leave the gradient as it is": "lambda i, w: F.embedding(i.long(), w, 3)",
  Dropout: { training: "lambda x, s: x * s", evaluation: "lambda x, s: x" },
  "Dropout, of everything": { training: "lambda x: x * 0", evaluation: "lambda x: x" },
  Dropout1d: { training: "lambda x, s: x * s", evaluation: "lambda x, s: x" },
  Dropout2d: { training: "lambda x, s: x * s", evaluation: "lambda x, s: x" },
  Flatten: "lambda x: x.flatten(1)",
  "Flatten, of the first dimensions": "lambda x: x.flatten(0, 1)",
  Unflatten: "lambda x: x.reshape(2, 2, 3)",
  Unfold: "lambda x: F.unfold(x, (2, 1), (1, 2), 1, 2)",
  Fold: "lambda x: F.fold(x, (3, 2), 2)",
  MaxPool1d: "lambda x: F.max_pool1d(x, 2, 2, 1)",
  MaxPool2d: "lambda x: F.max_pool2d(x, (1, 2), 1, 0, (1, 2), True)",
  AvgPool1d: "lambda x: F.avg_pool1d(x, 2, 2, 1, False, False)",
  AvgPool2d: "lambda x: F.avg_pool2d(x, (1, 2), 1, 0, True, True, 3)",
  AdaptiveAvgPool1d: "lambda x: F.adaptive_avg_pool1d(x, 2)",
  AdaptiveAvgPool2d: "lambda x: F.adaptive_avg_pool2d(x, (None, 2))",
  Identity: "lambda x: x",
  Tanh: "torch.tanh",
  Sigmoid: "torch.sigmoid",
  ReLU: "torch.relu",
  GELU: "F.gelu",
  "GELU, by tanh": "lambda x: F.gelu(x, approximate='tanh')",
  MultiheadAttention:
    "lambda x, w, b, u, c: F.multi_head_attention_forward(*[x.transpose(0, 1)] * 3, 4, 2, w, b, None, None, False, 0.0, u, c)" +
    "[0].transpose(0, 1)",
  "MultiheadAttention, of other keys, with one of its own and zeros, without biases":
    "lambda q, k, v, wq, wk, wv, bk, bv, u: F.multi_head_attention_forward(q, k, v, 2, 1, None, None, bk, bv, True, 0.0, u, None, " +
    "use_separate_proj_weight=True, q_proj_weight=wq, k_proj_weight=wk, v_proj_weight=wv)[0]",
  SiLU: "F.silu",
  LeakyReLU: "lambda x: F.leaky_relu(x, 0.2)",
  ELU: "lambda x: F.elu(x, 0.5)",
  Softplus: "lambda x: F.softplus(x, 2, 3)",
  Softmax: "lambda x: x.softmax(-1)",
  LogSoftmax: "lambda x: x.log_softmax(0)",
  Hardtanh: "lambda x: F.hardtanh(x, -0.5, 0.75)",
  Sequential: {
    training:
      "lambda x, w, b, g, c, m, v: torch.tanh(F.batch_norm(F.linear(x, w, b), None, None, g, c, True, 0.1, 1e-5))",
    evaluation: "lambda x, w, b, g, c, m, v: torch.tanh(F.batch_norm(F.linear(x, w, b), m, v, g, c, False, 0.1, 1e-5))",
  },
  CrossEntropyLoss: "lambda x, t: F.cross_entropy(x, t.long())",
  "CrossEntropyLoss, with all options":
    "lambda x, t, w: F.cross_entropy(x, t.long(), w, ignore_index=0, reduction='none', label_smoothing=0.1)",
  "CrossEntropyLoss, summed, for one example": "lambda x, t, w: F.cross_entropy(x, t.long(), w, reduction='sum')",
  "CrossEntropyLoss, of probabilities": "lambda x, q, w: F.cross_entropy(x, q, w, label_smoothing=0.1)",
  MSELoss: "F.mse_loss",
  "MSELoss, unreduced, with a gradient at the target": "lambda x, t: F.mse_loss(x, t, reduction='none')",
  NLLLoss: "lambda x, t: F.nll_loss(x, t.long())",
  "NLLLoss, with all options": "lambda x, t, w: F.nll_loss(x, t.long(), w, ignore_index=0, reduction='none')",
  L1Loss: "lambda x, t: F.l1_loss(x, t, reduction='sum')",
  SmoothL1Loss: "lambda x, t: F.smooth_l1_loss(x, t, beta=0.3)",
  HuberLoss: "lambda x, t: F.huber_loss(x, t, reduction='none', delta=0.3)",
  BCELoss: "F.binary_cross_entropy",
  BCEWithLogitsLoss: "lambda x, t: F.binary_cross_entropy_with_logits(x, t, reduction='sum')",
  "BCEWithLogitsLoss, with all options":
    "lambda x, t, w, p: F.binary_cross_entropy_with_logits(x, t, w, reduction='none', pos_weight=p)",
  KLDivLoss: "lambda x, t: F.kl_div(x, t, reduction='batchmean')",
  "KLDivLoss, of logarithms": "lambda x, t: F.kl_div(x, t, reduction='none', log_target=True)",
};

function batchNorm(taken: string, given: string, eps: number): Readonly<Record<Mode, string>> {
  return {
    training: `lambda x, ${taken}m, v: F.batch_norm(x, None, None, ${given}, True, 0.1, ${eps})`,
    evaluation: `lambda x, ${taken}m, v: F.batch_norm(x, m, v, ${given}, False, 0.1, ${eps})`,
  };
}

function noisyBatchNorm(eps: number): Readonly<Record<Mode, string>> {
  return {
    training: `lambda x, w, b, m, v, s, t: F.batch_norm(x, None, None, w, b, True, 0.1, ${eps}) * s + t`,
    evaluation: `lambda x, w, b, m, v, s, t: F.batch_norm(x, m, v, w, b, False, 0.1, ${eps})`,
  };
}

function lpNorm(taken: string, p: string, affine: string): Readonly<Record<Mode, string>> {
  const root = p === "1" ? " / 4" : p === "2" ? " / 2" : "";
  return {
    training: `lambda x, ${taken}: (x - x.mean(0, keepdim=True)) / (x.norm(${p}, 0, keepdim=True)${root} + 1e-5)${affine}`,
    evaluation: `lambda x, ${taken}: (x - m) / (v + 1e-5)${affine}`,
  };
}

const isDropout = (module: string) => module.startsWith("Dropout");

/** What a module multiplies its input by, and adds to it, at random: told by the input 0 and the input 1. */
function noiseOf({ module, make }: ModuleRow, x: Tensor): Tensor[] {
  const random = (like: Tensor): Tensor => {
    const made = make();
    if (isDropout(module)) return made.forward(like);
    const { nMu, nSigma, rMu, rSigma, generator = new Generator() } = made as nn.Noise1d;
    const Noise = like.ndim === 4 ? nn.Noise2d : nn.Noise1d;
    return new Noise(3, { nMu, nSigma, rMu, rSigma, generator }).forward(like);
  };
  const added = random(zerosLike(x));
  const factor = random(onesLike(x)).sub(added);
  return isDropout(module) ? [factor] : [factor, added];
}

/** Where the parameters and the state of a module are, but for counters. */
function placesOf(module: nn.Module) {
  return module.namedModules().flatMap(([, owner]) => {
    const fields = owner as unknown as Record<string, unknown>;
    return Object.entries(fields)
      .filter((entry): entry is [string, Tensor] => entry[1] instanceof Tensor && entry[1].dtype !== "int32")
      .map(([field, value]) => ({ fields, field, value, isState: !value.requiresGrad }));
  });
}

/** Parameters first, as PyTorch's functions want them, then state. */
function inOrder(module: nn.Module) {
  const places = placesOf(module);
  return [...places.filter(({ isState }) => !isState), ...places.filter(({ isState }) => isState)];
}

function asFunction(row: ModuleRow, mode: Mode, torch: string): ModuleAsFunction {
  const inputs = row.inputs();
  const make = () => row.make().train(mode === "training");
  const places = inOrder(make());
  const isNoise = isDropout(row.module) || /^Noise|^NoisyBatchNorm/.test(row.module);
  const isRandom = isNoise && row.title !== "of everything";
  return {
    key: `${nameOf(row)}, in ${mode}`,
    torch,
    isRandom,
    inputs: [...inputs, ...places.map(({ value }) => value), ...(isRandom ? noiseOf(row, inputs[0].detach()) : [])],
    run: (...all) => {
      const module = make();
      for (const [, part] of module.namedModules()) void part.forward; // which looks whether what it has are parameters
      for (const [i, { fields, field }] of inOrder(module).entries()) fields[field] = all[inputs.length + i];
      return module.forward(...all.slice(0, inputs.length));
    },
  };
}

const nameOf = ({ module, title }: ModuleRow) => (title === undefined ? module : `${module}, ${title}`);

/** All of them, those that differ in evaluation twice; a module that has no line above is named. */
export const modulesAsFunctions: readonly ModuleAsFunction[] = modules.flatMap((row) => {
  const torch = inPyTorch[nameOf(row)];
  if (torch === undefined) throw new Error(`what is ${nameOf(row)} in PyTorch?`);
  if (typeof torch === "string") return [asFunction(row, "training", torch)];
  return (["training", "evaluation"] as const).map((mode) => asFunction(row, mode, torch[mode]));
});
