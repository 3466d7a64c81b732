import { type FileNode, numbersIn } from "../onnx/decode.ts";
import { arrayTypes } from "./constants.ts";
import { refuseNode, type Scope } from "./scope.ts";

/** What a node is in the source: an expression that makes its output, or a list of its outputs. */
export type Expression = (node: FileNode, scope: Scope) => string;

const one =
  (fn: string): Expression =>
  ({ inputs: [x] }, scope) =>
    `map(${scope.array(x)}, ${fn})`;

/** A function of two arrays that broadcast, or of one and a number that is known. */
const two =
  (fn: (a: string, b: string) => string, made?: string): Expression =>
  ({ inputs: [p, q] }, scope) => {
    const as = made === undefined ? "" : `, ${made}`;
    const [known, first] = [scope.constants.scalar(q), scope.constants.scalar(p)];
    if (known !== null) return `map(${scope.array(p)}, (a) => ${fn("a", inBrackets(known))}${as})`;
    if (first !== null) return `map(${scope.array(q)}, (b) => ${fn(inBrackets(first), "b")}${as})`;
    return `zip(${scope.array(p)}, ${scope.array(q)}, (a, b) => ${fn("a", "b")}${as})`;
  };

/** A number as an operand: `a − −1` is no expression. */
const inBrackets = (number: string): string => (number.startsWith("-") ? `(${number})` : number);

const infix = (sign: string, made?: string): Expression => two((a, b) => `${a} ${sign} ${b}`, made);
const call = (fn: string): Expression => two((a, b) => `${fn}(${a}, ${b})`);

const clip: Expression = ({ inputs: [x, low = "", high = ""] }, scope) => {
  const least = low === "" ? "a" : `Math.max(a, ${scope.number(low)})`;
  return `map(${scope.array(x)}, (a) => ${high === "" ? least : `Math.min(${least}, ${scope.number(high)})`})`;
};

const cast: Expression = (node, scope) => {
  const to = attribute(node, "to", 0);
  const type = arrayTypes.get(to) ?? refuseNode(node, "a dtype that is written");
  const x = scope.array(node.inputs[0]);
  return to === 7 ? `whole(${x})` : `cast(${x}, ${type})`; // 7 is int64
};

/** An attribute that is a number. */
export function attribute(node: FileNode, name: string, otherwise: number): number {
  const value = node.attributes.get(name) ?? otherwise;
  return typeof value === "number" ? value : refuseNode(node, `a number as ${name}`);
}

/** An attribute that is a list of numbers, as source. */
export function attributes(node: FileNode, name: string): string {
  return `[${numbersIn(node, name)?.join(", ") ?? refuseNode(node, `numbers as ${name}`)}]`;
}

/** Operators that take each element for itself. */
export const elementwise = (): Readonly<Record<string, Expression>> => ({
  Identity: ({ inputs: [x] }, scope) => scope.array(x),
  Add: infix("+"),
  Sub: infix("-"),
  Mul: infix("*"),
  Div: infix("/"),
  Pow: call("Math.pow"),
  Max: call("Math.max"),
  Min: call("Math.min"),
  Equal: infix("===", "Uint8Array"),
  Less: infix("<", "Uint8Array"),
  LessOrEqual: infix("<=", "Uint8Array"),
  Greater: infix(">", "Uint8Array"),
  And: infix("&"),
  Or: infix("|"),
  Not: one("(a) => 1 - a"),
  Neg: one("(a) => -a"),
  Abs: one("Math.abs"),
  Sign: one("Math.sign"),
  Exp: one("Math.exp"),
  Log: one("Math.log"),
  Sqrt: one("Math.sqrt"),
  Reciprocal: one("(a) => 1 / a"),
  Floor: one("Math.floor"),
  Ceil: one("Math.ceil"),
  Round: one("round"),
  Tanh: one("Math.tanh"),
  Sigmoid: one("sigmoid"),
  Relu: one("(a) => Math.max(a, 0)"),
  Softplus: one("softplus"),
  Erf: one("erf"),
  Sin: one("Math.sin"),
  Cos: one("Math.cos"),
  Asin: one("Math.asin"),
  Acos: one("Math.acos"),
  Atan: one("Math.atan"),
  Sinh: one("Math.sinh"),
  Cosh: one("Math.cosh"),
  Clip: clip,
  Cast: cast,
  Where: ({ inputs }, scope) => `choose(${inputs.map((name) => scope.array(name)).join(", ")})`,
});
