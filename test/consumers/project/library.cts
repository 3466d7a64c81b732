// A library in CJS, with types of its own made of evenkeel's.
import { data, Generator, nn, optim, randn, type Tensor, tensor } from "evenkeel";
import { Recorder } from "evenkeel/analysis";

export class Block extends nn.Module {
  readonly linear = new nn.Linear(4, 4);
  readonly norm = new nn.BatchNorm1d(4);
  override forward(x: Tensor): Tensor {
    return this.norm.forward(this.linear.forward(x));
  }
}
export const block = (): Block => new Block();
export const batch = (): Tensor => randn([8, 4]);
export const optimizerOf = (model: nn.Module): optim.SGD => new optim.SGD(model.parameters(), { lr: 0.1 });
export const loaderOf = (x: Tensor) => new data.DataLoader(new data.TensorDataset(x), { batchSize: 4 });
export const recorderOf = (model: nn.Module, optimizer: optim.Optimizer) => new Recorder(model, optimizer);
export const generator = (): Generator => new Generator().manualSeed(1);
export const total = (x: Tensor): number => x.sum().item();
export const one: Tensor = tensor(1);
