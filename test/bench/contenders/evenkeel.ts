/** evenkeel, as built: what its users get, not its source. */
import { readFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { larger } from "./larger.ts";
import { profiled } from "./profile.ts";
import { type Abilities, type Prepared, serve } from "./serve.ts";

const root = new URL("../../../", import.meta.url);
const library = (await import(new URL("dist/index.js", root).href)) as typeof import("evenkeel") & {
  readonly setNumThreads?: (threads: number) => unknown;
};
const { compiled, Generator, grad, nn, noGrad, ones, onesLike, optim, randint, randn, zeros } = library;
type Tensor = import("evenkeel").Tensor;

const F = nn.functional;

const { values } = parseArgs({
  options: { threads: { type: "string" }, kernels: { type: "string" }, compiled: { type: "boolean" } },
});
const isCompiled = values.compiled === true;
if (values.kernels !== undefined) library.useKernels(values.kernels as Parameters<typeof library.useKernels>[0]);
if (values.threads !== undefined) {
  if (library.setNumThreads === undefined) throw new Error("it has no threads");
  await library.setNumThreads(Number(values.threads));
}

/** So many steps may be recorded until one is made again. */
const mostRecorded = 4;

/** A step as it is to be measured: as it is written, or made again, and then nothing else. */
function measurable<Args extends readonly unknown[], Result>(
  fn: (...args: Args) => Result,
  asWritten = !isCompiled,
): { readonly run: (...args: Args) => Result; readonly check: () => void } {
  if (asWritten) return { run: fn, check: () => {} };
  const run = compiled(fn);
  const check = () => {
    const { reason, eager } = run.report();
    if (reason !== null || eager > mostRecorded) throw new Error(reason ?? `${eager} steps were not made again`);
  };
  return { run, check };
}

/** A module that calls its layers one by one. */
class Layered extends nn.Module {
  readonly layers: readonly Layer[];

  constructor(...layers: readonly Layer[]) {
    super();
    this.layers = layers;
  }

  override forward(x: Tensor): Tensor {
    let y = x;
    for (const layer of this.layers) y = layer.forward(y);
    return y;
  }
}

type Layer = import("evenkeel").nn.Module;

interface NetworkOptions {
  readonly sizes: readonly number[];
  readonly batch: number;
  readonly activation?: "tanh" | "none";
  readonly form?: "sequential" | "own";
}

/** A network, one batch, and the loss of the one on the other. */
function makeNetwork({ sizes, batch, activation = "tanh", form = "sequential" }: NetworkOptions) {
  const generator = new Generator().manualSeed(1);
  const hidden = sizes.slice(1, -1).flatMap((width, i) => {
    const layers = [new nn.Linear(sizes[i], width, { bias: false, generator }), new nn.BatchNorm1d(width)];
    return activation === "tanh" ? [...layers, new nn.Tanh()] : layers;
  });
  const [last, classes] = sizes.slice(-2);
  const Network = form === "own" ? Layered : nn.Sequential;
  const model = new Network(...hidden, new nn.Linear(last, classes, { generator }));
  const x = randn([batch, sizes[0]], { generator });
  const labels = randint(0, classes, [batch], { generator });
  return { model, generator, loss: () => F.crossEntropy(model.forward(x), labels) };
}

function train(workload: NetworkOptions & { readonly asWritten?: true }): Prepared {
  const { model, loss } = makeNetwork(workload);
  const optimizer = new optim.SGD(model.parameters(), { lr: 0.1 });
  const step = () => {
    optimizer.zeroGrad();
    loss().backward();
    optimizer.step();
  };
  const { run, check } = measurable(step, workload.asWritten);
  return { step: run, check, loss: () => noGrad(() => loss().item()) };
}

const { version } = JSON.parse(readFileSync(new URL("package.json", root), "utf8")) as { version: string };
const abilities = {
  train,
  ...larger(library),

  handwritten({ characters, context, embedding, hidden, examples, batch }) {
    const g = new Generator().manualSeed(1);
    const X = randint(0, characters, [examples, context], { generator: g });
    const Y = randint(0, characters, [examples], { generator: g });
    const width = context * embedding;
    const C = randn([characters, embedding], { generator: g });
    const W1 = randn([width, hidden], { generator: g }).mul(5 / 3 / Math.sqrt(width));
    const W2 = randn([hidden, characters], { generator: g }).mul(0.01);
    const b2 = randn([characters], { generator: g }).mul(0);
    const bngain = ones([1, hidden]);
    const bnbias = zeros([1, hidden]);
    let bnmeanRunning = zeros([1, hidden]);
    let bnstdRunning = ones([1, hidden]);
    const parameters = [C, W1, W2, b2, bngain, bnbias];
    for (const p of parameters) p.requiresGrad = true;

    const step = () => {
      const ix = randint(0, examples, [batch], { generator: g });
      const [Xb, Yb] = [X.index(ix), Y.index(ix)];
      const embcat = C.index(Xb).view(batch, width);
      let hpreact = embcat.matmul(W1);
      const bnmeani = hpreact.mean(0, { keepdim: true });
      const bnstdi = hpreact.std(0, { keepdim: true });
      hpreact = bngain.mul(hpreact.sub(bnmeani)).div(bnstdi).add(bnbias);
      noGrad(() => {
        const mean = bnmeanRunning.mul(0.999).add(bnmeani.mul(0.001));
        const std = bnstdRunning.mul(0.999).add(bnstdi.mul(0.001));
        if (isCompiled) {
          // What stays from step to step is then changed in place.
          bnmeanRunning.copy_(mean);
          bnstdRunning.copy_(std);
        } else [bnmeanRunning, bnstdRunning] = [mean, std];
      });
      const h = hpreact.tanh();
      const logits = h.matmul(W2).add(b2);
      const loss = F.crossEntropy(logits, Yb);

      for (const p of parameters) p.grad = null;
      loss.backward();
      noGrad(() => {
        for (const p of parameters) if (p.grad !== null) p.sub_(p.grad.mul(0.1));
      });
      return loss;
    };
    const { run, check } = measurable(step);
    let last: Tensor | null = null;
    const keeping = () => {
      last = run();
    };
    return { step: keeping, check, loss: () => last?.item() ?? Number.NaN };
  },

  matmul({ size }) {
    const generator = new Generator().manualSeed(1);
    const [a, b] = [randn([size, size], { generator }), randn([size, size], { generator })];
    return { step: () => void a.matmul(b) };
  },

  hvp(workload) {
    const { model, generator, loss } = makeNetwork(workload);
    const parameters = model.parameters();
    const directions = parameters.map((p) => randn(p.shape, { generator }));
    const step = () => {
      const gradients = grad(loss(), parameters, { createGraph: true });
      const along = gradients.map((g, i) => g.mul(directions[i]).sum()).reduce((a, b) => a.add(b));
      return grad(along, parameters);
    };
    const { run, check } = measurable(step);
    return { step: () => void run(), check };
  },

  async operation(workload) {
    const { operationOf } = await import("../operations/cases.ts");
    const { run, inputs } = operationOf(workload);
    if (workload.pass === "forward") return { step: () => noGrad(() => void run(...inputs)) };
    const wanted = inputs.filter((x) => x.requiresGrad);
    const gradOutput = onesLike(run(...inputs));
    return { step: () => void grad(run(...inputs), wanted, { gradOutput, allowUnused: true }) };
  },

  surface(workload) {
    const { model, generator, loss } = makeNetwork(workload);
    const parameters = model.parameters();
    const start = parameters.map((p) => p.detach().clone());
    const [first, second] = [0, 1].map(() => parameters.map((p) => randn(p.shape, { generator })));
    let value = Number.NaN;
    const { run, check } = measurable((a: number, b: number) =>
      noGrad(() => {
        for (const [i, p] of parameters.entries()) p.copy_(start[i].add(first[i].mul(a)).add(second[i].mul(b)));
        return loss();
      }),
    );
    const step = () => {
      value = run(Math.random() - 0.5, Math.random() - 0.5).item();
    };
    return { step, check, loss: () => value };
  },
} satisfies Abilities;

const { handwritten, hvp, surface } = abilities;
await serve(version, isCompiled ? { train, handwritten, hvp, surface } : abilities, {}, profiled);
