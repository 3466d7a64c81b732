/** The version of the library, as in package.json: it is written into what is saved. */
export const version = "0.1.0";
