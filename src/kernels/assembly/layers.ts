// What layers have that not every program uses, in a module of its own: bundlers leave it out where nobody names them.

export * from "./layers/channels";
export * from "./layers/windows";
