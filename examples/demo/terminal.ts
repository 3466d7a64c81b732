/** Where the demo writes to. */
export interface Terminal {
  write(text: string): void;
  /** For what goes wrong. */
  writeError(text: string): void;
  /** Whether a line can be written over. */
  readonly isInteractive: boolean;
  /** Whether text may be bold. */
  readonly isStyled: boolean;
  /** Characters in a line. */
  readonly columns: number;
}

/** What lines are written to that stay as they are, such as a file or the log of a CI run. */
export function plainTerminal(write: (text: string) => void): Terminal {
  return { write, writeError: write, isInteractive: false, isStyled: false, columns: 80 };
}

/** The terminal that this process runs in, or whatever its output goes to. */
export function processTerminal(): Terminal {
  const { stdout, stderr, env } = process;
  const isInteractive = stdout.isTTY === true && env.TERM !== "dumb";
  // A reader such as `head` may have seen enough.
  stdout.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code === "EPIPE") process.exit();
    throw error;
  });
  return {
    write: (text) => void stdout.write(text),
    writeError: (text) => void stderr.write(text),
    isInteractive,
    isStyled: isInteractive && !env.NO_COLOR,
    columns: stdout.columns || 80,
  };
}

export function bold(text: string, { isStyled }: Terminal): string {
  return isStyled ? `\x1b[1m${text}\x1b[22m` : text;
}
