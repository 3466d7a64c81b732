// An optimiser and a scheduler of a stranger's, from the published types alone; compiled, then run.
import { type Generator, manualSeed, nn, optim, randn, type Tensor, zerosLike } from "evenkeel";
import { Recorder } from "evenkeel/analysis";
import { loadCheckpoint, saveCheckpoint } from "evenkeel/io";

interface LionGroup extends optim.ParamGroup {
  betas: readonly [number, number];
  weightDecay: number;
}

class Lion extends optim.Optimizer<LionGroup> {
  constructor(params: readonly Tensor[], options: Partial<Omit<LionGroup, "params">> = {}) {
    const { notNegative, twoBelowOne } = optim.optionRules;
    const kind: optim.OptimizerKind = {
      name: "Lion",
      rules: { lr: notNegative, betas: twoBelowOne, weightDecay: notNegative },
      stateNames: { exp_avg: false },
    };
    super(kind, params, options, { lr: 1e-4, betas: [0.9, 0.99], weightDecay: 0 });
  }

  protected override update(p: Tensor, g: Tensor, { lr, betas: [b1, b2], weightDecay }: LionGroup): void {
    const state: optim.ParamState = this.stateOf(p);
    state.exp_avg ??= zerosLike(p);
    const mean = state.exp_avg;
    p.mul_(1 - lr * weightDecay).sub_(
      mean
        .mul(b1)
        .add(g.mul(1 - b1))
        .sign()
        .mul(lr),
    );
    mean.mul_(b2).add_(g.mul(1 - b2));
  }
}

class WarmUp extends optim.lrScheduler.LRScheduler<{ warmup_steps: number }> {
  constructor(optimizer: optim.Optimizer, warmupSteps: number) {
    super("WarmUp", optimizer, { warmup_steps: warmupSteps });
    this.start();
  }

  protected override next(_: optim.ParamGroup, i: number, epoch: number): optim.lrScheduler.GroupChange {
    return { lr: this.baseLr(i) * Math.min(1, (epoch + 1) / this.settings.warmup_steps) };
  }
}

class Clipped extends optim.SGD {
  protected override update(p: Tensor, g: Tensor, group: optim.SGDGroup): void {
    super.update(p, g.clamp(-1, 1), group);
  }
}

const generator: Generator = manualSeed(0);
const x = randn([16, 40], { generator });
const make = () => {
  const model = new nn.Sequential(new nn.Linear(40, 40), new nn.BatchNorm1d(40), new nn.Tanh(), new nn.Linear(40, 1));
  const optimizer = new Lion(model.parameters(), { lr: 0.01, weightDecay: 0.1 });
  return { model, optimizer, scheduler: new WarmUp(optimizer, 5) };
};
const train = ({ model, optimizer, scheduler }: ReturnType<typeof make>): string => {
  const recorder = new Recorder(model, optimizer);
  for (let step = 0; step < 3; step++) {
    recorder.step(() => model.forward(x).square().mean());
    scheduler.step();
  }
  return JSON.stringify(model.parameters().map((p) => p.toArray()));
};
const [first, second] = [make(), make()];
train(first);
loadCheckpoint(saveCheckpoint(first), second);
if (train(first) !== train(second)) throw new Error("it does not go on where it was saved");
const clipped: optim.Optimizer<optim.SGDGroup> = new Clipped(first.model.parameters(), { lr: 0.1 });
clipped.step();
console.log(String(first.optimizer).split(" ")[0], first.scheduler.getLastLr().length);

// @ts-expect-error: an optimiser has to say what a step does
class Nothing extends optim.Optimizer {}
class Wrong extends WarmUp {
  // @ts-expect-error: a rate is a number
  protected override next(): { lr: string } {
    return { lr: "1" };
  }
}

export { Nothing, Wrong };
