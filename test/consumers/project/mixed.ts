// An application in ESM, of a library in CJS: the types of the two are one.
import { apply, Generator, isModule, isTensor, manualSeed, nn, optim, randn, type Tensor, vjp } from "evenkeel";
import { activationReport, foldBatchNorm, hessianTrace, Recorder } from "evenkeel/analysis";
import { exportOnnx } from "evenkeel/io";
import * as library from "./library.cjs";

manualSeed(0);
const block: nn.Module = library.block();
const model: nn.Sequential = new nn.Sequential(block, new nn.Tanh());
const x: Tensor = library.batch();
const y: Tensor = model.forward(x.add(library.one).mul(randn([8, 4])));
const optimizer: optim.Optimizer<optim.SGDGroup> = library.optimizerOf(model);
const scheduler = new optim.lrScheduler.ExponentialLR(optimizer, 0.5);
for (const [rows] of library.loaderOf(y)) library.total(rows);
const generator: Generator = library.generator();
library.recorderOf(model, new optim.Adam(library.block().parameters()));
new Recorder(library.block(), optimizer);
const own: library.Block = new library.Block();
const given: Generator = new Generator();
export const drawn: Tensor[] = [randn([2], { generator }), randn([2], { generator: given })];
export const reports = [activationReport(model, x), hessianTrace(model, () => model.forward(x).square().mean())];
export const folded: nn.Sequential = foldBatchNorm(new nn.Sequential(own.linear, own.norm));
export const bytes: Uint8Array = exportOnnx(library.block(), x);
export const known: boolean = isTensor(library.one) && isModule(block);
export { apply, scheduler, vjp };
