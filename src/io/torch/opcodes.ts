import { refuse } from "../bytes/checks.ts";
import { type Describing, described } from "./allowed.ts";
import type { Cursor } from "./cursor.ts";
import { isA, type Pickled, type PickledList, saidOf } from "./pickled.ts";

/** A pickle while it is read: a program for a machine with a stack. */
export interface Machine {
  readonly cursor: Cursor;
  /** Where what a pickle calls is described. */
  readonly describing: Describing;
  stack: Pickled[];
  /** The stacks that marks have put aside. */
  readonly marks: Pickled[][];
  readonly memo: Map<number, Pickled>;
  /** The storage, or whatever it is, that an identity of PyTorch's stands for. */
  readonly persistent: (id: Pickled) => Pickled;
}

type Operation = (m: Machine) => void;

/** Longer than any number in a file of weights. */
const longestNumber = 1024;

/** An operation that puts a value on the stack, which may be another one once the value is there. */
const push =
  (value: (m: Machine) => Pickled): Operation =>
  (m) => {
    const own = value(m);
    m.stack.push(own);
  };

/** Pickle's operations by their codes, of protocols 1 to 5: https://docs.python.org/3/library/pickletools.html. */
export const operations: ReadonlyMap<number, Operation> = /* @__PURE__ */ new Map<number, Operation>([
  [0x28, mark], // MARK
  [0x30, (m) => void pop(m)], // POP
  [0x31, (m) => void sinceMark(m)], // POP_MARK
  [0x4e, push(() => null)], // NONE
  [0x88, push(() => true)], // NEWTRUE
  [0x89, push(() => false)], // NEWFALSE
  [0x49, push((m) => numberIn(m, m.cursor.line()))], // INT
  [0x4c, push((m) => numberIn(m, m.cursor.line().replace(/L$/, "")))], // LONG
  [0x4a, push(({ cursor }) => cursor.signed())], // BININT
  [0x4b, push(({ cursor }) => cursor.whole(1))], // BININT1
  [0x4d, push(({ cursor }) => cursor.whole(2))], // BININT2
  [0x8a, push((m) => longNumber(m, m.cursor.whole(1)))], // LONG1
  [0x8b, push((m) => longNumber(m, m.cursor.whole(4)))], // LONG4
  [0x47, push(({ cursor }) => cursor.double())], // BINFLOAT
  [0x55, push(({ cursor }) => cursor.text(cursor.whole(1)))], // SHORT_BINSTRING
  [0x54, push(({ cursor }) => cursor.text(cursor.whole(4)))], // BINSTRING
  [0x8c, push(({ cursor }) => cursor.text(cursor.whole(1)))], // SHORT_BINUNICODE
  [0x58, push(({ cursor }) => cursor.text(cursor.whole(4)))], // BINUNICODE
  [0x8d, push(({ cursor }) => cursor.text(cursor.long()))], // BINUNICODE8
  [0x43, push(({ cursor }) => cursor.bytes(cursor.whole(1)).slice())], // SHORT_BINBYTES
  [0x42, push(({ cursor }) => cursor.bytes(cursor.whole(4)).slice())], // BINBYTES
  [0x8e, push(({ cursor }) => cursor.bytes(cursor.long()).slice())], // BINBYTES8
  [0x96, push(({ cursor }) => cursor.bytes(cursor.long()).slice())], // BYTEARRAY8
  [0x5d, push(() => ({ is: "list", items: [] }))], // EMPTY_LIST
  [0x29, push(() => ({ is: "tuple", items: [] }))], // EMPTY_TUPLE
  [0x7d, push(() => ({ is: "dict", entries: new Map() }))], // EMPTY_DICT
  [0x8f, push(() => ({ is: "set", items: [] }))], // EMPTY_SET
  [0x6c, push((m) => ({ is: "list", items: sinceMark(m) }))], // LIST
  [0x74, push((m) => ({ is: "tuple", items: sinceMark(m) }))], // TUPLE
  [0x91, push((m) => ({ is: "set", items: sinceMark(m) }))], // FROZENSET
  [0x64, push((m) => ({ is: "dict", entries: new Map(pairs(m, sinceMark(m))) }))], // DICT
  [0x85, push((m) => ({ is: "tuple", items: last(m, 1) }))], // TUPLE1
  [0x86, push((m) => ({ is: "tuple", items: last(m, 2) }))], // TUPLE2
  [0x87, push((m) => ({ is: "tuple", items: last(m, 3) }))], // TUPLE3
  [0x61, (m) => add(m, "list", last(m, 1))], // APPEND
  [0x65, (m) => add(m, "list", sinceMark(m))], // APPENDS
  [0x90, (m) => add(m, "set", sinceMark(m))], // ADDITEMS
  [0x73, (m) => set(m, last(m, 2))], // SETITEM
  [0x75, (m) => set(m, sinceMark(m))], // SETITEMS
  [0x68, push((m) => remembered(m, m.cursor.whole(1)))], // BINGET
  [0x6a, push((m) => remembered(m, m.cursor.whole(4)))], // LONG_BINGET
  [0x71, (m) => void m.memo.set(m.cursor.whole(1), top(m))], // BINPUT
  [0x72, (m) => void m.memo.set(m.cursor.whole(4), top(m))], // LONG_BINPUT
  [0x94, (m) => void m.memo.set(m.memo.size, top(m))], // MEMOIZE
  [0x63, push(({ cursor }) => ({ is: "name", name: `${cursor.line()}.${cursor.line()}` }))], // GLOBAL
  [0x93, push(stackGlobal)], // STACK_GLOBAL
  [0x52, push((m) => called(m, ...(last(m, 2) as [Pickled, Pickled])))], // REDUCE
  [0x81, push((m) => called(m, ...(last(m, 2) as [Pickled, Pickled])))], // NEWOBJ
  [0x92, push((m) => called(m, ...(last(m, 3) as [Pickled, Pickled])))], // NEWOBJ_EX
  [0x62, build], // BUILD
  [0x51, push((m) => m.persistent(pop(m)))], // BINPERSID
  [0x80, ({ cursor }) => checkProtocol(cursor)], // PROTO
  [0x95, ({ cursor }) => void cursor.long()], // FRAME
]);

function mark(m: Machine): void {
  m.marks.push(m.stack);
  m.stack = [];
}

function checkProtocol(cursor: Cursor): void {
  const protocol = cursor.whole(1);
  if (protocol > 5) refuse(cursor.place, "protocol 1 to 5 of pickle", `${protocol}`);
}

function refuseBroken({ cursor }: Machine, expected: string, got: string): never {
  return refuse(cursor.place, `${expected} before byte ${cursor.at()}`, got);
}

function pop(m: Machine): Pickled {
  const value = m.stack.pop();
  return value === undefined ? refuseBroken(m, "a value", "none") : value;
}

function top(m: Machine): Pickled {
  const value = m.stack.at(-1);
  return value === undefined ? refuseBroken(m, "a value", "none") : value;
}

function last(m: Machine, count: number): Pickled[] {
  if (m.stack.length < count) refuseBroken(m, `${count} values`, `${m.stack.length}`);
  return m.stack.splice(m.stack.length - count);
}

function sinceMark(m: Machine): Pickled[] {
  const items = m.stack;
  m.stack = m.marks.pop() ?? refuseBroken(m, "a mark", "none");
  return items;
}

function pairs(m: Machine, items: readonly Pickled[]): [Pickled, Pickled][] {
  if (items.length % 2 === 1) refuseBroken(m, "a value for each key", "a key alone");
  return Array.from({ length: items.length / 2 }, (_, i) => [items[2 * i], items[2 * i + 1]]);
}

function set(m: Machine, items: readonly Pickled[]): void {
  const target = top(m);
  if (isA("object", target)) return;
  if (!isA("dict", target)) refuseBroken(m, "a dict", saidOf(target));
  for (const [key, value] of pairs(m, items)) target.entries.set(key, value);
}

function add(m: Machine, is: PickledList["is"], items: readonly Pickled[]): void {
  const target = top(m);
  if (isA("object", target)) return;
  if (!isA(is, target)) refuseBroken(m, `a ${is}`, saidOf(target));
  for (const item of items) target.items.push(item);
}

function remembered(m: Machine, i: number): Pickled {
  const value = m.memo.get(i);
  return value === undefined ? refuseBroken(m, "what has been kept", `number ${i}, which has not`) : value;
}

function stackGlobal(m: Machine): Pickled {
  const [module, name] = last(m, 2);
  if (typeof module === "string" && typeof name === "string") return { is: "name", name: `${module}.${name}` };
  return refuseBroken(m, "a module's name and another", `${saidOf(module)}, ${saidOf(name)}`);
}

function called(m: Machine, target: Pickled, args: Pickled): Pickled {
  if (isA("name", target)) return described(m.describing, target.name, args);
  return isA("object", target) ? target : refuseBroken(m, "a name that is called", saidOf(target));
}

/** Attributes of an object: those of dicts and parameters, such as a state dict's versions, are passed over. */
function build(m: Machine): void {
  pop(m);
  const target = top(m);
  const hasAttributes = isA("dict", target) || isA("tensor", target) || isA("object", target);
  if (!hasAttributes) refuseBroken(m, "an object with attributes", saidOf(target));
}

/** A whole number, written with digits; `00` and `01` are False and True. */
function numberIn(m: Machine, text: string): Pickled {
  if (text === "00" || text === "01") return text === "01";
  if (!/^-?[0-9]+$/.test(text) || text.length > longestNumber) return refuseBroken(m, "a whole number", "other text");
  return narrowed(BigInt(text));
}

/** A whole number of so many bytes in two's complement, the lowest first. */
function longNumber(m: Machine, length: number): Pickled {
  if (length > longestNumber) return refuseBroken(m, `a number of at most ${longestNumber} bytes`, `${length}`);
  const bytes = m.cursor.bytes(length);
  let value = 0n;
  for (let i = length - 1; i >= 0; i--) value = (value << 8n) | BigInt(bytes[i]);
  return narrowed(BigInt.asIntN(8 * length, value));
}

const narrowed = (value: bigint): number | bigint => (Number.isSafeInteger(Number(value)) ? Number(value) : value);
