import type { Dtype } from "../../base/dtype.ts";
import type { Cost } from "../measuring/loss.ts";
import type { GraphNumbers } from "./graphNumbers.ts";

/** Which operations become one node: those of each module where there are many nodes, of all modules, or none. */
export type GraphCollapse = "auto" | "all" | "none";

/** One tensor of a graph, and what made it. */
export interface GraphNode {
  /** Its place in the list of nodes, from 0. */
  readonly id: number;
  /**
   * What made it: an operation; a module whose operations are one node; or nothing that was recorded, so that it is a
   * parameter, another leaf that wants a gradient (`"input"`), or one that wants none.
   */
  readonly kind: "operation" | "module" | "parameter" | "input" | "constant";
  /** The name it was given, or else that of the parameter or buffer; null without one. */
  readonly name: string | null;
  /** The name of the operation, such as `"matmul"`; null of other kinds. */
  readonly operation: string | null;
  /**
   * The dotted name of the module it stands for, `""` for the model itself, or of the first and last as `"0 … 9"`; of an
   * operation, the innermost module that made it; null where there is none or where it is not known.
   */
  readonly module: string | null;
  /** The class of that module, such as `"Linear"`; of several, what follows what: `"(Linear → Tanh) × 5"`; or null. */
  readonly type: string | null;
  /** The shape of the tensor. */
  readonly shape: readonly number[];
  /** Its dtype. */
  readonly dtype: Dtype;
  /** Whether gradients flow to it. */
  readonly requiresGrad: boolean;
  /** Its numbers, as they are now; of what the engine cannot compute anew, because what it was made of has changed, none. */
  readonly value: GraphNumbers;
  /** Those of its `.grad`; null without one. Of an inner tensor, only `retainGrad` keeps it. */
  readonly gradient: GraphNumbers | null;
  /** Whether it has been changed in place since an operation of the graph made or used it. */
  readonly isChanged: boolean;
  /** How many recorded operations it stands for; 0 of a leaf. */
  readonly operations: number;
  /** How many numbers are in the parameters that belong to it and have no node of their own. */
  readonly parameters: number;
}

/** That one node is made from another. */
export interface GraphEdge {
  /** The node that goes in. */
  readonly from: number;
  /** The node that it goes into. */
  readonly to: number;
  /** Its place among the arguments of the operation, from 0; of a module, among the nodes that go into it. */
  readonly argument: number;
}

/** What {@link computationGraph} returns. */
export interface ComputationGraph {
  /** What it is. */
  readonly kind: "computationGraph";
  /** The options used. */
  readonly options: {
    /** The names that were given. */
    readonly names: readonly string[];
    /** Of how many numbers a tensor may be to have all of them here. */
    readonly values: number;
    /** Which operations were to become one node. */
    readonly collapse: GraphCollapse;
    /** How many nodes are still readable. */
    readonly most: number;
  };
  /** One evaluation of the function, or none of a tensor. */
  readonly cost: Cost;
  /** Each after those it is made from; of an operation's inputs that are leaves, in argument order. */
  readonly nodes: readonly GraphNode[];
  /** Node by node, in argument order: two from the same node in `a.add(a)`. */
  readonly edges: readonly GraphEdge[];
  /** The node of the tensor that was asked about. */
  readonly output: number;
  /** How many recorded operations are behind it. */
  readonly operations: number;
  /** What became one node: nothing, the operations of modules, or whole runs of modules too. */
  readonly collapsed: "nothing" | "modules" | "runs";
}
