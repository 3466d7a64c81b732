/**
 * Breaks the library in one place at a time – an operator, a number, a condition – and looks whether the tests notice: of
 * operations, batch norm, cross-entropy and SGD. Fails where fewer than 90 % of the mutants are killed, or one lives that
 * test/mutants/survivors.json does not explain. `--sample N` takes N of them, `--seed` others, `--survivors` those that are known to
 * live; file names may be given.
 */
import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { Generator, randperm } from "evenkeel";
import ts from "typescript";
import type { Mutant } from "../test/mutants/plugin.ts";

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    sample: { type: "string", default: "Infinity" },
    seed: { type: "string", default: "0" },
    survivors: { type: "boolean", default: false },
    jobs: { type: "string", default: String(availableParallelism()) },
  },
});

const root = fileURLToPath(new URL("..", import.meta.url));

const ops = "test/ops";
const norms = [
  "test/nn/batchNorm1d.test.ts",
  "test/nn/golden.test.ts",
  "test/nn/laws.test.ts",
  "test/nn/refusals.test.ts",
];
const losses = ["test/nn/losses.test.ts", "test/nn/golden.test.ts", "test/nn/refusals.test.ts"];

/** What is broken, and the tests that should notice: fast kernels run in the project "unit", the plain loops in their own. */
const targets: Readonly<Record<string, readonly string[]>> = {
  "src/ops/elementwise.ts": [ops],
  "src/ops/reduce.ts": [ops],
  "src/ops/matmul.ts": [ops],
  "src/ops/shape.ts": [ops, "test/tensor"],
  "src/ops/indexing.ts": [ops, "test/tensor"],
  "src/ops/linear.ts": [ops],
  "src/ops/batchNorm.ts": [ops, ...norms],
  "src/ops/crossEntropy.ts": [ops, ...losses],
  "src/nn/batchNorm1d.ts": [...norms, "test/nn/chains.test.ts"],
  "src/nn/functional/batchNorm.ts": norms,
  "src/nn/crossEntropyLoss.ts": losses,
  "src/nn/functional/crossEntropy.ts": losses,
  "src/optim/sgd.ts": ["test/optim/sgd.test.ts", "test/optim/golden.test.ts", "test/optim/optimizer.test.ts"],
  "src/kernels/reference/batchNorm.ts": [ops, ...norms],
  "src/kernels/reference/crossEntropy.ts": [ops, ...losses],
};

/** What stands for what. */
const swapped = new Map<ts.SyntaxKind, string>([
  [ts.SyntaxKind.PlusToken, "-"],
  [ts.SyntaxKind.MinusToken, "+"],
  [ts.SyntaxKind.AsteriskToken, "/"],
  [ts.SyntaxKind.SlashToken, "*"],
  [ts.SyntaxKind.LessThanToken, "<="],
  [ts.SyntaxKind.LessThanEqualsToken, "<"],
  [ts.SyntaxKind.GreaterThanToken, ">="],
  [ts.SyntaxKind.GreaterThanEqualsToken, ">"],
  [ts.SyntaxKind.EqualsEqualsEqualsToken, "!=="],
  [ts.SyntaxKind.ExclamationEqualsEqualsToken, "==="],
  [ts.SyntaxKind.AmpersandAmpersandToken, "||"],
  [ts.SyntaxKind.BarBarToken, "&&"],
  [ts.SyntaxKind.PlusEqualsToken, "-="],
  [ts.SyntaxKind.MinusEqualsToken, "+="],
]);

/** Methods of tensors and kernels that are each other's opposites. */
const opposite: Readonly<Record<string, string>> = {
  add: "sub",
  sub: "add",
  mul: "div",
  div: "mul",
  sin: "cos",
  cos: "sin",
  lt: "le",
  gt: "ge",
};

function mutantsOf(file: string): Mutant[] {
  const text = readFileSync(root + file, "utf8");
  const source = ts.createSourceFile(file, text, ts.ScriptTarget.Latest, true);
  const found: Mutant[] = [];
  const add = (node: ts.Node, replacement: string) => {
    found.push({ file, start: node.getStart(source), end: node.getEnd(), text: replacement });
  };
  const visit = (node: ts.Node): void => {
    if (ts.isTypeNode(node) || ts.isImportDeclaration(node) || ts.isThrowStatement(node)) return;
    if (ts.isBinaryExpression(node)) {
      const other = swapped.get(node.operatorToken.kind);
      if (other !== undefined) add(node.operatorToken, other);
    }
    if (
      ts.isPropertyAccessExpression(node) &&
      ts.isCallExpression(node.parent) &&
      Object.hasOwn(opposite, node.name.text)
    ) {
      add(node.name, opposite[node.name.text]);
    }
    if (
      ts.isPrefixUnaryExpression(node) &&
      [ts.SyntaxKind.MinusToken, ts.SyntaxKind.ExclamationToken].includes(node.operator)
    ) {
      add(node, node.operand.getText(source));
    }
    if (ts.isNumericLiteral(node)) add(node, String(Number(node.text) + 1));
    if (node.kind === ts.SyntaxKind.TrueKeyword) add(node, "false");
    if (node.kind === ts.SyntaxKind.FalseKeyword) add(node, "true");
    if (ts.isConditionalExpression(node)) add(node.condition, `!(${node.condition.getText(source)})`);
    if (ts.isIfStatement(node)) add(node.expression, `!(${node.expression.getText(source)})`);
    ts.forEachChild(node, visit);
  };
  visit(source);
  return found;
}

/** The place of a mutant in words that stay when lines move: the line itself, and what becomes of it. */
function nameOf({ file, start, end, text }: Mutant): string {
  const source = readFileSync(root + file, "utf8");
  const from = source.lastIndexOf("\n", start - 1) + 1;
  const to = source.indexOf("\n", end);
  return `${file}: ${(source.slice(from, start) + text + source.slice(end, to)).trim()}`;
}

/** Whether a test fails. */
function isKilled(mutant: Mutant): Promise<boolean> {
  const args = [
    "vitest",
    "run",
    "--project",
    mutant.file.startsWith("src/kernels/") ? "plain loops" : "unit",
    "--bail",
    "1",
    "--reporter",
    "dot",
    ...targets[mutant.file],
  ];
  return new Promise((resolve) => {
    const child = spawn("npx", args, {
      cwd: root,
      env: { ...process.env, MUTANT: JSON.stringify(mutant) },
      stdio: "ignore",
      detached: true,
    });
    // A loop that does not end is noticed as well.
    const timer = setTimeout(() => process.kill(-(child.pid as number), "SIGKILL"), 120_000);
    child.on("close", (code) => {
      clearTimeout(timer);
      resolve(code !== 0);
    });
  });
}

const files = Object.keys(targets).filter(
  (file) => positionals.length === 0 || positionals.some((name) => file.includes(name)),
);
const explained: Readonly<Record<string, string>> = JSON.parse(
  readFileSync(`${root}test/mutants/survivors.json`, "utf8"),
);
const all = files.flatMap(mutantsOf).filter((mutant) => !values.survivors || Object.hasOwn(explained, nameOf(mutant)));
const order = randperm(all.length, { generator: new Generator().manualSeed(Number(values.seed)) });
const chosen = Array.from(order.data, (i) => all[i]).slice(0, Number(values.sample));

let [next, killed] = [0, 0];
const survivors: string[] = [];
async function work(): Promise<void> {
  while (next < chosen.length) {
    const mutant = chosen[next++];
    if (await isKilled(mutant)) killed++;
    else {
      const name = nameOf(mutant);
      survivors.push(name);
      console.log(`lives: ${name}${Object.hasOwn(explained, name) ? ` (${explained[name]})` : ""}`);
    }
    if ((killed + survivors.length) % 25 === 0)
      console.log(`${killed} of ${killed + survivors.length} killed, ${chosen.length} in all`);
  }
}
await Promise.all(Array.from({ length: Number(values.jobs) }, work));

const share = chosen.length === 0 ? 1 : killed / chosen.length;
const unexplained = survivors.filter((name) => !Object.hasOwn(explained, name));
console.log(
  `${killed} of ${chosen.length} mutants killed (${(100 * share).toFixed(1)} %), ${unexplained.length} of the others unexplained`,
);
process.exitCode = (share >= 0.9 || values.survivors) && unexplained.length === 0 ? 0 : 1;
