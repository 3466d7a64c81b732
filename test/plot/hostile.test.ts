import { nn, ones } from "evenkeel";
import { computationGraph, toDot, toMermaid, type Verdict } from "evenkeel/analysis";
import { type Plot, render, reportPage } from "evenkeel/plot";
import { describe, expect, test } from "vitest";

/** Texts that end what they stand in, or cannot stand there, if they are taken for more than texts. */
const hostile = [
  `"><script>alert(1)</script>`,
  `' onload='alert(1)`,
  "]]><!--",
  "`$" + "{alert(1)}`",
  "line\u2028separator\u2029",
  "half \ud800 and \udc00",
  "a\nb\r\nc\td",
  "nul \0 and bell \x07",
  "\\u0022 \\",
  "&lt; &#0;",
];

const figure = (text: string): Plot =>
  ({
    $schema: "https://vega.github.io/schema/vega-lite/v5.json",
    title: { text },
    description: text,
    data: { values: [1, 2].map((y) => ({ layer: text, y })) },
    mark: { type: "line", tooltip: true },
    encoding: {
      x: { field: "y", type: "quantitative", title: text },
      y: { field: "y", type: "quantitative" },
      color: { field: "layer", type: "nominal", scale: { domain: [text] } },
    },
    transform: [{ filter: { field: "layer", equal: text } }],
  }) as unknown as Plot;

/** Fails where a text has become markup, or a character that neither HTML nor SVG has. */
function expectHarmless(page: string): void {
  expect(page).not.toMatch(/<script|<!--|[\ud800-\udbff](?![\udc00-\udfff])/);
  expect(page).not.toMatch(/(?![\t\n\r])[\p{Cc}\p{Cs}]/u);
}

describe.each(hostile.map((text) => [JSON.stringify(text), text] as const))("the name %s", (_, text) => {
  test("is a text in a figure and on its page", async () => {
    for (const format of ["svg", "html"] as const) expectHarmless(await render(figure(text), format));
  });

  test("is a text wherever a report has it", async () => {
    const verdict = { code: text, severity: text, layer: text, message: text, suggestion: text } as unknown as Verdict;
    const page = await reportPage({
      title: text,
      text: [text],
      verdicts: [verdict],
      tables: { [text]: [{ [text]: text, list: [text], nested: { [text]: text } }] },
      listings: { [text]: [text] },
      configuration: { [text]: text, nested: { [text]: [text] } },
    });
    expectHarmless(page);
    expect(page).not.toContain(`class="verdict "`);
  });

  test("is a text in drawings of a graph", () => {
    const model = new nn.Linear(1, 1);
    const graph = computationGraph(model.forward(ones([1, 1])), { model });
    const nodes = graph.nodes.map((node) => ({ ...node, name: text, label: text, module: text }));
    expectHarmless(toMermaid({ ...graph, nodes } as never));
    const dot = toDot({ ...graph, nodes } as never);
    for (const line of dot.split("\n").slice(4, -2))
      expect(line).toMatch(/^ {2}n\d+ (\[label="([^"\\]|\\.)*", .*\]|-> n\d+);$/);
    expect(dot).not.toMatch(/[\u2028\u2029\0]/);
  });
});
