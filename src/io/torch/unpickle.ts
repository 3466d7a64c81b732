import { describe } from "../../base/errors.ts";
import { isWhole, type Place, refuse } from "../bytes/checks.ts";
import type { Cursor } from "./cursor.ts";
import { type Machine, operations } from "./opcodes.ts";
import { isA, type Pickled, type PickledStorage, saidOf } from "./pickled.ts";
import { storageType } from "./storageTypes.ts";

const stop = 0x2e;

/**
 * Reads one pickle: what it describes, in one pass over its bytes, with memory in proportion to them.
 *
 * @param onStorage - is told of every storage, each time that one is named.
 */
export function unpickle(cursor: Cursor, onStorage: (storage: PickledStorage) => void = () => undefined): Pickled {
  const { place } = cursor;
  const persistent = (id: Pickled): Pickled => {
    const value = standsFor(place, id);
    if (isA("storage", value)) onStorage(value);
    return value;
  };
  let spent = 0;
  const spend = (items: number): void => {
    spent += items;
    if (spent > cursor.length) refuse(place, "each list to be used once", "one that is used without end");
  };
  const machine: Machine = {
    cursor,
    describing: { ...place, spend },
    stack: [],
    marks: [],
    memo: new Map(),
    persistent,
  };
  for (;;) {
    const code = cursor.whole(1);
    if (code === stop) break;
    const operate = operations.get(code);
    if (operate === undefined) {
      refuse(place, "a pickle of protocol 1 to 5", `the code ${code} at byte ${cursor.at() - 1}`);
    }
    operate(machine);
  }
  const value = machine.stack.pop();
  if (value === undefined || machine.stack.length > 0 || machine.marks.length > 0) {
    return refuse(place, "one value", value === undefined ? "none" : "more");
  }
  return value;
}

/** `("storage", class, key, device, count[, view])`, or `("module", class, file, source)` of a module that was pickled whole. */
function standsFor(place: Place, id: Pickled): Pickled {
  const [what, type, key, , count, view] = isA("tuple", id) ? id.items : [];
  if (!isA("name", type)) return refuse(place, "the identity of a storage", saidOf(id));
  if (what === "module") return type;
  if (what !== "storage" || !isWhole(count) || (typeof key !== "string" && !isWhole(key))) {
    return refuse(place, "the identity of a storage", `${saidOf(what ?? null)}, ${saidOf(key ?? null)}`);
  }
  const held = storageType(type.name);
  if (held === undefined) return refuse(place, "a class of storages", describe(type.name));
  const whole = { is: "storage", dtype: held[0], width: held[1], key: String(key), start: 0, count } as const;
  return view === undefined || view === null ? whole : viewOf(place, whole, view);
}

/** `(key, offset, count)` of a storage that looks at a part of another, as PyTorch wrote them once. */
function viewOf(place: Place, whole: PickledStorage, view: Pickled): PickledStorage {
  const [, start, count] = isA("tuple", view) ? view.items : [];
  if (!isWhole(start) || !isWhole(count)) return refuse(place, "a view of a storage", saidOf(view));
  if (start + count > whole.count) refuse(place, "views within their storage", `${start} to ${start + count}`);
  return { ...whole, start, count };
}
