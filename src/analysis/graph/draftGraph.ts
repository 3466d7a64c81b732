import type { Node } from "../../autograd/tape.ts";
import { isTensor } from "../../base/brand.ts";
import { isParameter } from "../../nn/module/parameter.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import type { ModuleCall } from "./moduleCalls.ts";

/** A node of a graph to be, and what it stands for. */
export interface Draft {
  /** The tensor that comes out of it, whose numbers it shows. */
  readonly tensor: Tensor;
  /** The outputs of the operations it stands for; none for what no recorded operation made. */
  readonly operations: readonly Tensor[];
  /** The runs of modules it stands for, one after the other; none for an operation. */
  readonly calls: readonly ModuleCall[];
  /** Parameters that only it uses, and so do not show. */
  readonly absorbed: readonly Tensor[];
  /** What goes into it: of an operation, each input in argument order; of a module, each once. */
  readonly sources: readonly Draft[];
}

/** What is known of the tensors on a tape beside the tape. */
export interface Known {
  /** For each operation, the run of a module whose node it is to be part of; null for a node of its own. */
  readonly callOf: (tensor: Tensor) => ModuleCall | null;
  /** Tensors that are to be seen whatever uses them. */
  readonly isShown: (tensor: Tensor) => boolean;
}

/** Every tensor behind `y` that a recorded operation made, `y` included, oldest first. */
export function operationsBehind(y: Tensor): Tensor[] {
  const seen = new Set<Tensor>([y]);
  // A set grows while it is walked: those added are visited in their turn.
  for (const { node } of seen) for (const input of node?.inputs ?? []) seen.add(input);
  return [...seen].filter(({ node }) => node !== null).sort((a, b) => nodeOf(a).order - nodeOf(b).order);
}

/** How a tensor was made, which has to be recorded. */
export function nodeOf({ node }: Tensor): Node {
  return node as Node;
}

/** The nodes of the graph behind `y`, whose operations are given oldest first. Each comes after those it is made from. */
export function draftGraph(y: Tensor, operations: readonly Tensor[], { callOf, isShown }: Known): Draft[] {
  const drafts: Draft[] = [];
  const draftOf = new Map<Tensor, Draft>();
  const add = (draft: Draft, tensors: readonly Tensor[]) => {
    drafts.push(draft);
    for (const tensor of tensors) draftOf.set(tensor, draft);
  };
  const place = (leaf: Tensor) => {
    if (draftOf.has(leaf)) return;
    add({ tensor: leaf, operations: [], calls: [], absorbed: [], sources: [] }, [leaf]);
  };
  const isShared = sharedLeaves(operations, callOf);
  if (operations.length === 0) place(y);
  for (const block of blocks(operations, callOf)) {
    const call = callOf(block[0]);
    const own = new Set(block);
    const inputs = block.flatMap((x) => nodeOf(x).inputs.filter((input) => !own.has(input)));
    const hides = (x: Tensor) => call !== null && x.node === null && !isShared(x) && !isShown(x);
    const visible = inputs.filter((x) => !hides(x));
    for (const x of visible) if (x.node === null) place(x);
    const all = visible.map((x) => draftOf.get(x) as Draft);
    const draft = {
      tensor:
        call === null || own.has(y) || !isTensor(call.output) || !own.has(call.output)
          ? block[block.length - 1]
          : call.output,
      operations: block,
      calls: call === null ? [] : [call],
      absorbed: [...new Set(inputs.filter((x) => hides(x) && isParameter(x)))],
      sources: call === null ? all : [...new Set(all)],
    };
    add(draft, block);
  }
  return drafts;
}

/** The operations of each node. What a module made follows one another: nothing else can happen meanwhile. */
function blocks(operations: readonly Tensor[], callOf: Known["callOf"]): Tensor[][] {
  const made: Tensor[][] = [];
  for (const x of operations) {
    const last = made[made.length - 1];
    const call = callOf(x);
    if (last !== undefined && call !== null && callOf(last[0]) === call) last.push(x);
    else made.push([x]);
  }
  return made;
}

/** Whether a leaf goes into more than one node. */
function sharedLeaves(operations: readonly Tensor[], callOf: Known["callOf"]): (leaf: Tensor) => boolean {
  const users = new Map<Tensor, Set<Tensor | ModuleCall>>();
  for (const x of operations) {
    const user = callOf(x) ?? x;
    for (const input of nodeOf(x).inputs) {
      if (input.node !== null) continue;
      const known = users.get(input);
      if (known === undefined) users.set(input, new Set([user]));
      else known.add(user);
    }
  }
  return (leaf) => (users.get(leaf)?.size ?? 0) > 1;
}
