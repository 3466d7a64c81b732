/**
 * The editor of a block, a file of its own that is loaded when a reader asks to edit. CodeMirror 6, for it is the one that is kept, works
 * with screen readers and on phones, and lets Tab leave it.
 */
import { defaultKeymap, history, historyKeymap } from "@codemirror/commands";
import { javascript } from "@codemirror/lang-javascript";
import { bracketMatching, HighlightStyle, indentOnInput, syntaxHighlighting } from "@codemirror/language";
import { EditorState } from "@codemirror/state";
import { EditorView, gutters, keymap, lineNumbers } from "@codemirror/view";
import { tags } from "@lezer/highlight";

export interface Editor {
  text(): string;
  focus(): void;
  close(): void;
}

export interface EditorModule {
  readonly openEditor: typeof openEditor;
}

/** The colours are those of runnable.css, which knows light pages and dark ones. */
const colours = HighlightStyle.define([
  { tag: [tags.keyword, tags.operatorKeyword, tags.modifier], color: "var(--runnable-keyword)" },
  { tag: [tags.string, tags.regexp, tags.special(tags.string)], color: "var(--runnable-string)" },
  { tag: [tags.number, tags.bool, tags.null], color: "var(--runnable-number)" },
  { tag: tags.comment, color: "var(--runnable-comment)" },
  { tag: [tags.typeName, tags.className], color: "var(--runnable-type)" },
]);

const look = EditorView.theme({
  "&": { backgroundColor: "transparent", color: "inherit", fontSize: "inherit" },
  ".cm-scroller": { fontFamily: "inherit", lineHeight: "inherit" },
  ".cm-content": { caretColor: "currentColor" },
  ".cm-cursor": { borderLeftColor: "currentColor" },
  ".cm-gutters": { backgroundColor: "transparent", color: "var(--runnable-comment)", border: "none" },
  "&.cm-focused > .cm-scroller > .cm-selectionLayer .cm-selectionBackground, .cm-selectionBackground": {
    backgroundColor: "var(--runnable-selection)",
  },
});

/** Opens an editor in an element: Ctrl+Enter or ⌘Enter runs, Escape leaves it. */
export function openEditor(
  parent: HTMLElement,
  { text, run, leave }: { readonly text: string; readonly run: () => void; readonly leave: () => void },
): Editor {
  const did = (act: () => void) => () => {
    act();
    return true;
  };
  const view = new EditorView({
    parent,
    state: EditorState.create({
      doc: text,
      extensions: [
        keymap.of([
          { key: "Mod-Enter", run: did(run), stopPropagation: true },
          { key: "Ctrl-Enter", run: did(run), stopPropagation: true },
          { key: "Escape", run: did(leave) },
        ]),
        keymap.of([...defaultKeymap, ...historyKeymap]),
        history(),
        lineNumbers(),
        gutters({ fixed: false }),
        indentOnInput(),
        bracketMatching(),
        javascript({ typescript: true }),
        syntaxHighlighting(colours),
        look,
        EditorView.contentAttributes.of({
          "aria-label": "Code. Control and Enter runs it, Escape leaves the editor.",
        }),
      ],
    }),
  });
  return {
    text: () => view.state.doc.toString(),
    focus: () => view.focus(),
    close: () => view.destroy(),
  };
}
