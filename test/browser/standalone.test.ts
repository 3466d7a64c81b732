import { manualSeed, nn, randn, zeros } from "evenkeel";
import { exportStandalone } from "evenkeel/io";
import { expect, test } from "vitest";

/** What a page says whose policy allows the scripts of its own origin's blobs and nothing else. */
function saidUnderPolicy(script: string, module: string): Promise<unknown> {
  const url = (text: string) => URL.createObjectURL(new Blob([text], { type: "text/javascript" }));
  const main = url(`import { predict } from "${url(module)}";\n${script}`);
  const frame = document.createElement("iframe");
  frame.srcdoc = `<meta http-equiv="Content-Security-Policy" content="default-src 'none'; script-src blob:">
    <script type="module" src="${main}"></script>`;
  return new Promise((resolve) => {
    addEventListener("message", ({ data, source }) => {
      if (source === frame.contentWindow) resolve(data);
    });
    document.body.append(frame);
  });
}

test("a network as a module of its own runs where no code may be made of text", async () => {
  manualSeed(0);
  const model = new nn.Sequential(new nn.Conv2d(2, 3, 3), new nn.BatchNorm2d(3), new nn.ReLU(), new nn.Flatten());
  const source = exportStandalone(model, zeros([1, 2, 4, 4]));
  const x = randn([3, 2, 4, 4]);
  const script = `
    let evalIs = "allowed";
    try { (0, eval)("1"); } catch { evalIs = "refused"; }
    const { data, shape } = predict(${JSON.stringify(x.toArray())});
    parent.postMessage({ evalIs, data: [...data], shape }, "*");`;
  const said = (await saidUnderPolicy(script, source)) as { evalIs: string; data: number[]; shape: number[] };
  const y = model.eval().forward(x);
  expect(said.evalIs).toBe("refused");
  expect(said.shape).toEqual(y.shape);
  said.data.forEach((value, i) => {
    expect(value).toBeCloseTo(Number(y.data[i]), 5);
  });
});
