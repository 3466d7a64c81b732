import { describe, expect, test } from "vitest";
import { canRun } from "../../site/runnable/modules.ts";
import { compile } from "../../site/runnable/worker/compile.ts";
import { examples, place } from "./examples.ts";

const guides = examples().filter(({ file }) => file.endsWith(".md"));

describe("a block of a page", () => {
  test("has a button where the tests run it, and only there", () => {
    const differing = guides.filter(({ code, runs }) => canRun(code) !== runs);
    expect(differing.map(place)).toEqual([]);
  });

  test("keeps its lines when it is made a module, and names what it imports", () => {
    for (const example of guides.filter(({ runs }) => runs)) {
      const { code, modules } = compile(example.code, { isCell: false });
      const printing = (text: string) =>
        text.split("\n").flatMap((line, i) => (line.includes("console.log") ? [i] : []));
      expect(printing(code), place(example)).toEqual(printing(example.code));
      expect(
        modules.every((name) => name.startsWith("evenkeel")),
        place(example),
      ).toBe(true);
    }
  });
});

describe("what is compiled", () => {
  test("takes its imports by name, whole or when it comes to them, and leaves out types", () => {
    const { code, modules } = compile(
      'import { type Tensor, tensor as t } from "evenkeel";\nimport * as io from "evenkeel/io";\nconst p = await import("evenkeel/plot");\nconst x: Tensor = t(1);\nio; p; x;',
      { isCell: false },
    );
    expect(modules).toEqual(["evenkeel", "evenkeel/io", "evenkeel/plot"]);
    expect(code).toContain('const { "tensor": t } = __evenkeelRun.take("evenkeel", ["tensor"]);');
    expect(code).toContain('const io = __evenkeelRun.take("evenkeel/io", []);');
    expect(code).toContain('const p = await __evenkeelRun.load("evenkeel/plot");');
    expect(code).not.toContain("Tensor =");
  });

  test("shares what a cell declares, of every pattern, and shows its last value", () => {
    const { code } = compile(
      "const [a, , { b: c = 1, ...d }] = f(), e = 2;\nlet g;\nfunction h() {}\nclass I { j = 1 }\n{ const k = 1; }\na + c;",
      { isCell: true },
    );
    const shared = [...code.matchAll(/share\("(\w+)"/g)].map(([, name]) => name);
    expect(shared).toEqual(["a", "c", "d", "e", "g", "h", "I"]);
    expect(code).toContain("\n__evenkeelRun.result(a + c);");
  });

  test.each([
    ["const x = ;", 1],
    ["const a = 1;\nconst b: number = (2;", 2],
    ["const a = 1;\n\nconst a = 2;", 3],
    ["let x = 1;\nawait = 3;", 2],
  ])("says where %j is wrong", (code, line) => {
    expect(() => compile(code, { isCell: false })).toThrow(expect.objectContaining({ name: "SyntaxError", line }));
  });
});
