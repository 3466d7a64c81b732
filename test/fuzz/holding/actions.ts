import type { nn, Primitive, Tensor } from "evenkeel";
import { binary } from "../../../src/kernels/wasm/module.generated.ts";
import { attempt, fault, type Program } from "./setting.ts";

/** An operation of the program's own, as an object or as a class, whose closures keep what they get. */
function operation({ holdings, chance, did }: Program): Primitive {
  const isClass = chance(0.5);
  const [throwsForward, throwsBackward] = [chance(0.1), chance(0.1)];
  const op: Primitive = {
    name: "holding",
    forward: (k, a) => {
      if (throwsForward) {
        did("throws in the forward of an own operation");
        throw fault;
      }
      return k.add(a, a);
    },
    vjp: [
      (g, y) => {
        did(isClass ? "holds what a class of an operation gets" : "holds what a closure in an own operation gets");
        holdings.hold("the gradient in a pullback", g);
        holdings.hold("the output in a pullback", y);
        if (throwsBackward) {
          did("throws in backward");
          throw fault;
        }
        holdings.hold("what a pullback makes", g.mul(3));
        return g.mul(2);
      },
    ],
  };
  if (!isClass) return op;
  class Operation {}
  for (const [name, value] of Object.entries(op)) Object.defineProperty(Operation, name, { value });
  return Operation as unknown as Primitive;
}

/** A loss of a model, with whatever the program puts between. */
function lossOf(program: Program, model: nn.Sequential): Tensor {
  const { holdings, chance, did, copy, x, labels, classes, across } = program;
  let y = model.forward(x);
  if (chance(0.3)) {
    did("holds an output");
    did("holds .data");
    holdings.hold("an output", y);
  }
  if (chance(0.2)) y = chance(0.5) ? copy().library.apply(operation(program), y) : y.apply(operation(program));
  if (chance(0.2)) {
    const [from, inner] = [y, y.tanh()];
    inner.registerHook((g) => {
      did("holds what a hook on an inner tensor gets and makes");
      holdings.hold("the gradient at an inner tensor", g);
      const made = g.mul(2);
      holdings.hold("what a hook makes", made);
      if (chance(0.5)) from.registerHook((h) => holdings.hold("the gradient of a hook's hook", h));
      return chance(0.5) ? made : undefined;
    });
    y = inner;
  }
  if (chance(0.2))
    y = y
      .reshape(-1)
      .reshape([x.shape[0], classes])
      .add(y.mean(0, { keepdim: true }));
  if (chance(0.1)) {
    y.retainGrad();
    across.set("retained", y);
  }
  const loss = copy().library.nn.functional.crossEntropy(y, labels);
  if (chance(0.1)) across.set("loss", loss);
  return loss;
}

/** Clips the gradients of a model in place, which nobody may see who holds others. */
function clip({ models, copy, pick, chance, did, holdings }: Program, i: number): void {
  const { clipGradNorm_, clipGradValue_ } = copy().library.nn.utils;
  did("clips gradients");
  if (chance(0.3)) clipGradValue_(models[i].parameters(), 0.01);
  else holdings.hold("a norm", clipGradNorm_(models[i].parameters(), pick([0.01, 10])));
}

/** Trains a model for some steps, and lets others go on in the middle of each. */
async function trainInTurns(program: Program, i: number): Promise<void> {
  const { models, optimizers, holdings, chance } = program;
  for (let step = 0; step < 3; step++) {
    await attempt(program, async () => {
      const loss = lossOf(program, models[i]);
      await Promise.resolve();
      loss.backward();
      await Promise.resolve();
      if (chance(0.3)) clip(program, i);
      if (chance(0.3)) holdings.hold("a gradient between two steps", models[i].parameters()[0].grad, true);
      optimizers[i].step();
      await Promise.resolve();
      optimizers[i].zeroGrad();
    });
  }
}

/** What a line of a program may do with one of its models. */
export const actions: readonly ((program: Program, i: number) => void | Promise<void>)[] = [
  (program, i) => lossOf(program, program.models[i]).backward(),

  (program, i) => {
    const loss = lossOf(program, program.models[i]);
    for (let again = program.below(3); again >= 0; again--) {
      const { grad } = program.copy().library;
      program.did("holds a gradient");
      for (const g of grad(loss, program.models[i].parameters())) program.holdings.hold("a gradient by grad", g);
    }
  },

  (program, i) => {
    const loss = lossOf(program, program.models[i]);
    loss.backward();
    program.did("walks backward twice");
    loss.backward();
  },

  (program, i) => {
    const { models, copy, below, chance, did, holdings } = program;
    const parameters = models[i].parameters();
    const loss = lossOf(program, models[i]);
    const recorded = copy().library.grad(loss, parameters, { createGraph: true });
    for (let between = below(3); between > 0; between--) copy().library.grad(loss, parameters);
    const along = recorded.map((g) => g.square().sum()).reduce((a, b) => a.add(b));
    did("takes a second gradient");
    if (chance(0.3)) along.backward();
    else for (const g of copy().library.grad(along, parameters)) holdings.hold("a second gradient", g);
  },

  (program, i) => {
    lossOf(program, program.models[i]).backward(null, { createGraph: true });
    program.did("records a gradient");
  },

  (program, i) => {
    if (program.chance(0.5)) lossOf(program, program.models[i]).backward();
    clip(program, i);
  },

  ({ models, pick, draw, chance, did, holdings }, i) => {
    const p = pick(models[i].parameters());
    const assigned = draw(p.shape);
    p.grad = assigned;
    did("assigns .grad");
    if (chance(0.5)) holdings.hold("an assigned gradient", p.grad, true);
    models[i].zeroGrad();
    holdings.hold("an assigned gradient, cleared", assigned);
  },

  ({ models, pick, did, holdings, handles }, i) => {
    const p = pick(models[i].parameters());
    handles.push(
      p.registerHook((g) => {
        did("holds what a hook on a leaf gets and makes");
        holdings.hold("the gradient at a leaf", g);
        holdings.hold("what a leaf's hook makes", g.add(1));
      }),
    );
  },

  ({ handles, below }) => handles.splice(below(handles.length + 1), 1)[0]?.remove(),

  ({ models, pick, did, holdings }, i) => {
    const { grad: g } = pick(models[i].parameters());
    if (g !== null) {
      did("holds a gradient of .grad");
      holdings.hold("the gradient of a parameter, copied", g.clone());
    }
    models[i].zeroGrad(); // else the next backward adds to what is held
    holdings.hold("the gradient of a parameter", g);
  },

  ({ models, pick, did, holdings }, i) => {
    const p = pick(models[i].parameters());
    did("reads and trains parameters in turn");
    holdings.holdView(p, p.detach().reshape(-1).reshape(p.shape));
  },

  ({ models, chance, did, holdings, states }, i) => {
    const kept = models[i].stateDict();
    for (const value of Object.values(kept)) holdings.hold("a state", value);
    if (chance(0.5)) {
      did("loads a state");
      models[i].loadStateDict(kept);
    }
    if (chance(0.5)) states.set(`model ${i}`, kept);
    else if (states.has(`model ${i}`)) {
      did("loads a state of an earlier step");
      models[i].loadStateDict(states.get(`model ${i}`) as Record<string, Tensor>);
    }
  },

  ({ models, pick, chance, did, holdings, handles }, i) => {
    const handle = pick([...models[i]]).registerForwardHook((_, inputs, y) => {
      holdings.hold("the input of a layer", inputs[0] as Tensor);
      holdings.hold("the output of a layer", y);
      if (chance(0.2)) {
        did("throws in forward");
        throw fault;
      }
    });
    handles.push(handle);
  },

  ({ models, x, did }, i) => {
    const y = models[i].forward(x);
    y.registerHook(() => {
      did("throws in a hook");
      throw fault;
    });
    y.sum().backward();
  },

  (program, i) => {
    program.optimizers[i].step(() => {
      lossOf(program, program.models[i]).backward();
      if (program.chance(0.2)) {
        program.did("throws in a step");
        throw fault;
      }
      return 0;
    });
  },

  ({ x, holdings }) => {
    const leaf = x.clone();
    leaf.requiresGrad = true;
    leaf.registerHook((g) => {
      holdings.hold("what a hook of the leaf that is walked from makes", g.mul(2));
      return g.mul(3);
    });
    leaf.backward(x);
    holdings.hold("its gradient", leaf.grad);
  },

  ({ across, did, holdings }) => {
    const g = across.get("retained")?.grad ?? null;
    if (g !== null) did("holds a retained gradient");
    holdings.hold("a retained gradient", g, true);
  },

  ({ across, did }) => {
    did("keeps tensors in a Map, across steps");
    const loss = across.get("loss");
    if (loss === undefined) return;
    did("walks a graph of an earlier step");
    loss.backward();
  },

  ({ copy, pick, did, loops }) => {
    const [{ library }, name] = [copy(), pick(["wasm", "reference"] as const)];
    if (loops) return;
    did("uses other kernels");
    library.useKernels(name);
  },

  ({ models, pick, did, holdings }, i) => {
    const p = pick(models[i].parameters());
    const y = p.mul(2).reshape(-1).reshape(p.shape);
    did("holds a view of a view");
    holdings.hold("a view of a view", y);
    holdings.hold("changed in place", y.detach().clone().add_(y.detach()));
  },

  (program, i) => {
    const { models, below, copy, x, did, holdings } = program;
    const fails = below(x.shape[0] + 1);
    const { data, noGrad } = copy().library;
    const dataset = {
      length: x.shape[0],
      get: (at: number) => {
        if (at !== fails) return x.select(0, at);
        did("throws in a loader");
        throw fault;
      },
    };
    for (const batch of new data.DataLoader(dataset, { batchSize: 2 })) {
      holdings.hold("a batch", batch as Tensor);
      const evaluated = noGrad(() => models[i].eval().forward(batch));
      models[i].train();
      holdings.hold("the output for a batch", evaluated);
      models[i].forward(x).sum().backward();
    }
  },

  async (program) => {
    if (program.models.length < 2) return;
    program.did("trains several models, interleaved");
    await Promise.all(program.models.map((_, i) => trainInTurns(program, i)));
  },

  ({ copy, pick, did, isThreaded }) => {
    if (!isThreaded) return;
    did("sets the number of threads");
    copy().library.setNumThreads(pick([1, 2]));
  },

  async ({ copy, draw, did, holdings, loops, isThreaded }) => {
    if (!isThreaded) return;
    const { library, threads, crews } = copy();
    const [a, b] = [draw([130, 180]), draw([180, 180])];
    a.requiresGrad = true;
    if (!loops) library.useKernels("wasm");
    library.setNumThreads(2);
    did("sets the number of threads");
    while (threads.crewFor(binary) === null) await new Promise((resolve) => setTimeout(resolve, 1));
    const { run } = crews.Crew.prototype;
    crews.Crew.prototype.run = function (...job) {
      did("shares a product among threads");
      return run.apply(this, job);
    };
    try {
      const y = a.matmul(b);
      holdings.hold("a product by threads", y);
      const [g] = library.grad(y.square().sum(), [a]);
      holdings.hold("its gradient", g);
    } finally {
      crews.Crew.prototype.run = run;
    }
  },
];
