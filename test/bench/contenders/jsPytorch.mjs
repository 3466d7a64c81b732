/** JS-PyTorch. It has no tanh, batch norm or plain gradient descent: they are written from what it has. */
import { readFileSync } from "node:fs";
import { torch } from "js-pytorch";
import { serve } from "./serve.ts";

const { nn } = torch;

/** `(e^(2x) − 1) / (e^(2x) + 1)`; its `pow` knows no exponents but whole positive ones. */
const tanh = (x) => {
  const e = x.mul(2).exp();
  return e.add(-1).div(e.add(1));
};

const plain = (x) => new torch.Tensor(x.tolist());

/** `p` moved against its gradient, in place: nested arrays are all there is to a tensor. */
function descend(data, gradient) {
  for (let i = 0; i < data.length; i++) {
    if (Array.isArray(data[i])) descend(data[i], gradient[i]);
    else data[i] -= 0.1 * gradient[i];
  }
}

/** Multiplications in a forward pass that take it some seconds. */
const tooMany = 1e7;

function train({ sizes, batch, activation = "tanh" }) {
  const multiplications = sizes.slice(1).reduce((sum, width, i) => sum + batch * sizes[i] * width, 0);
  if (multiplications > tooMany) throw new Error("not waited for: its tensors are nested arrays of numbers");
  const hidden = sizes.slice(1, -1).map((width, i) => ({
    linear: new nn.Linear(sizes[i], width, "cpu", false),
    gain: torch.ones([width], true),
    shift: torch.zeros([width], true),
    mean: torch.zeros([width]),
    variance: torch.ones([width]),
  }));
  const [last, classes] = sizes.slice(-2);
  const output = new nn.Linear(last, classes);
  const parameters = [...hidden.flatMap(({ linear, gain, shift }) => [linear.W, gain, shift]), output.W, output.b];
  const x = torch.randn([batch, sizes[0]]);
  const labels = torch.tensor(Array.from({ length: batch }, () => Math.floor(Math.random() * classes)));
  const lossFunction = new nn.CrossEntropyLoss();
  let value = Number.NaN;
  const step = () => {
    for (const p of parameters) p.zero_grad();
    let h = x;
    for (const layer of hidden) {
      h = layer.linear.forward(h);
      const mean = h.mean(0);
      const centred = h.sub(mean);
      const variance = centred.pow(2).mean(0);
      h = centred.div(variance.add(1e-5).sqrt()).mul(layer.gain).add(layer.shift);
      if (activation === "tanh") h = tanh(h);
      layer.mean = layer.mean.mul(0.9).add(plain(mean).mul(0.1));
      layer.variance = layer.variance.mul(0.9).add(plain(variance).mul((0.1 * batch) / (batch - 1)));
    }
    const loss = lossFunction.forward(output.forward(h), labels);
    loss.backward();
    for (const p of parameters) descend(p._data, p._grad._data);
    value = loss.tolist();
  };
  return { step, loss: () => [value].flat(9)[0] };
}

const { version } = JSON.parse(
  readFileSync(new URL("../node_modules/js-pytorch/package.json", import.meta.url), "utf8"),
);
await serve(version, { train });
