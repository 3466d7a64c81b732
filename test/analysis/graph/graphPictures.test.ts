import { nn, randn, tensor } from "evenkeel";
import { computationGraph, toDot, toMermaid, toSvg } from "evenkeel/analysis";
import { afterEach, describe, expect, test, vi } from "vitest";
import { refusal } from "../../refusal.ts";

afterEach(() => {
  vi.doUnmock("@viz-js/viz");
  vi.resetModules();
});

const leaf = (value: number) => tensor(value, { requiresGrad: true });

const small = () => {
  const [a, b] = [leaf(2), leaf(-3)];
  const y = a.mul(b).add(tensor(1));
  y.backward();
  return computationGraph(y, { names: { a, b, y } });
};

const markup = 'a"b\\N<b>&lt;\n#quot; `x` *y* ; %%{init}%% end | ]';

/** The text of an SVG or of what else is written as XML. */
const texts = (svg: string) =>
  [...svg.matchAll(/<text[^>]*>([^<]*)<\/text>/g)].map(([, text]) =>
    text
      .replaceAll(/&#(\d+);/g, (_, code) => String.fromCharCode(Number(code)))
      .replaceAll(/&#x([0-9a-f]+);/gi, (_, code) => String.fromCharCode(Number.parseInt(code, 16)))
      .replaceAll("&quot;", '"')
      .replaceAll("&lt;", "<")
      .replaceAll("&gt;", ">")
      .replaceAll("&amp;", "&"),
  );

describe("a computation graph is written", () => {
  test("in DOT", () => {
    expect(toDot(small())).toBe(
      [
        "digraph computationGraph {",
        "  graph [rankdir=LR, bgcolor=transparent, ranksep=0.35, nodesep=0.2];",
        `  node [shape=box, fontname=Courier, fontsize=10, margin="0.12,0.07", color="#1f2328", fontcolor="#1f2328"];`,
        `  edge [color="#7d8590", arrowsize=0.7];`,
        `  n0 [label="a\\nvalue 2\\ngrad -3", fillcolor="#c8eadb", style=filled];`,
        `  n1 [label="b\\nvalue -3\\ngrad 2", fillcolor="#c8eadb", style=filled];`,
        `  n2 [label="mul\\nvalue -6", fillcolor="#e8eaed", style="filled,rounded"];`,
        `  n3 [label="constant\\nvalue 1", fillcolor="#ffffff", style="filled,dashed"];`,
        `  n4 [label="y = add\\nvalue -5", fillcolor="#e8eaed", style="filled,rounded", penwidth=2];`,
        "  n0 -> n2;",
        "  n1 -> n2;",
        "  n2 -> n4;",
        "  n3 -> n4;",
        "}",
        "",
      ].join("\n"),
    );
  });

  test("in Mermaid", () => {
    expect(toMermaid(small())).toBe(
      [
        "flowchart LR",
        `  n0["a<br>value 2<br>grad -3"]:::input`,
        `  n1["b<br>value -3<br>grad 2"]:::input`,
        `  n2("mul<br>value -6"):::operation`,
        `  n3["constant<br>value 1"]:::constant`,
        `  n4("y = add<br>value -5"):::operation`,
        "  n0 --> n2",
        "  n1 --> n2",
        "  n2 --> n4",
        "  n3 --> n4",
        "  classDef input fill:#c8eadb,stroke:#1f2328,color:#1f2328",
        "  classDef operation fill:#e8eaed,stroke:#1f2328,color:#1f2328",
        "  classDef constant fill:#ffffff,stroke:#1f2328,color:#1f2328,stroke-dasharray:4 3",
        "  style n4 stroke-width:2px",
        "",
      ].join("\n"),
    );
  });

  test("as it is read back from JSON", () => {
    const graph = small();
    expect(toDot(JSON.parse(JSON.stringify(graph)))).toBe(toDot(graph));
  });

  test("in Mermaid with nothing in a name that could be taken for more", () => {
    const a = leaf(1);
    const [, node] = toMermaid(computationGraph(a.add(a), { names: { [markup]: a } })).split("\n");
    const [, inside] = /^ {2}n0\["(.*)<br>value 1"\]:::input$/.exec(node) ?? [];
    expect(inside).not.toMatch(/["<>`*\\|{}]/);
    const read = inside.replaceAll(/#(\d+);/g, (_, code) => String.fromCharCode(Number(code)));
    expect(read).toBe(markup.replace("\n", " "));
    expect(inside.replaceAll(/#\d+;/g, "")).not.toMatch(/[#;&]/);
  });

  test("in Mermaid line by line as its grammar has it", () => {
    const model = new nn.Sequential(new nn.Linear(3, 2), new nn.Tanh());
    const x = randn([4, 3]);
    for (const collapse of ["none", "all"] as const) {
      const graph = computationGraph(() => model.forward(x).sum(), { model, collapse });
      const [head, ...lines] = toMermaid(graph).trimEnd().split("\n");
      expect(head).toBe("flowchart LR");
      const node = /^ {2}n\d+(\["[^"]+"\]|\("[^"]+"\)|\[\["[^"]+"\]\]):::[a-z]+$/;
      const edge = /^ {2}n\d+ --> n\d+$/;
      const style = /^ {2}(classDef [a-z]+|style n\d+) [a-z-]+:[#\w ]+(,[a-z-]+:[#\w ]+)*$/;
      expect(lines.filter((line) => node.test(line))).toHaveLength(graph.nodes.length);
      expect(lines.filter((line) => edge.test(line))).toHaveLength(graph.edges.length);
      expect(lines.filter((line) => !node.test(line) && !edge.test(line) && !style.test(line))).toEqual([]);
    }
  });

  test("with few numbers in a line, short ones, and what is not finite", () => {
    const x = tensor([1e-7, 123456, 0.1, 1 / 3, Number.NaN, 2.5e9], { requiresGrad: true });
    const [line] = toMermaid(computationGraph(x)).split("\n").slice(1);
    expect(line).toContain("[6]<br>value 1e-7, 123500, 0.1, 0.3333,<br>–, 2.5e+9<br>1 NaN");
    expect(toDot(computationGraph(leaf(-1).log()))).toContain("log\\nvalue NaN");
    expect(toDot(computationGraph(leaf(0).log()))).toContain("log\\nvalue infinite");
    expect(toDot(computationGraph(x, { values: 2 }))).toContain("value 1e-7 … 2.5e+9\\nmean 5e+8\\n1 NaN");
  });

  test("and nothing else is", () => {
    expect(refusal(() => toDot({} as never)).hint).toBe("Write toDot(computationGraph(y)).");
    expect(refusal(() => toMermaid(null as never)).where).toBe("toMermaid");
  });
});

describe("a computation graph is drawn", () => {
  test("with a box for each node, an arrow for each edge, and all that is written", async () => {
    const graph = small();
    const svg = await toSvg(graph);
    expect(svg.startsWith('<svg role="img" aria-label="Computation graph" width=')).toBe(true);
    expect(svg.match(/class="node"/g)).toHaveLength(graph.nodes.length);
    expect(svg.match(/class="edge"/g)).toHaveLength(graph.edges.length);
    const written = ["a", "value 2", "grad -3", "b", "value -3", "grad 2", "mul", "value -6", "constant", "value 1"];
    expect(texts(svg).sort()).toEqual([...written, "y = add", "value -5"].sort());
  });

  test("with names as they are, whatever markup is in them", async () => {
    const a = leaf(1);
    const svg = await toSvg(computationGraph(a.add(a), { names: { [markup]: a } }));
    expect(texts(svg)[0].replaceAll("\u00a0", " ")).toBe(markup.replace("\n", " "));
    expect(svg).not.toContain("<b>");
  });

  test("with hundreds of layers", async () => {
    const model = new nn.Sequential(...Array.from({ length: 300 }, () => new nn.Tanh()));
    const x = randn([2, 2]);
    x.requiresGrad = true;
    const svg = await toSvg(computationGraph(() => model.forward(x), { model }));
    expect(texts(svg)).toContain("0 … 299: Tanh × 300");
  });

  // Browsers get the package bundled, and no other in its place.
  test.skipIf(typeof document !== "undefined")("or says what to install", async () => {
    vi.doMock("@viz-js/viz", () => {
      throw new Error("there is none");
    });
    const { toSvg: draw } = await import("../../../src/analysis/graph/toSvg.ts");
    await expect(draw(small())).rejects.toThrow("Run npm install @viz-js/viz");
  });
});
