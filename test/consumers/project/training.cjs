const train = require("./train.cjs");

console.log(
  train({
    evenkeel: require("evenkeel"),
    analysis: require("evenkeel/analysis"),
    io: require("evenkeel/io"),
    node: require("evenkeel/io/node"),
    plot: require("evenkeel/plot"),
    testing: require("evenkeel/testing"),
  }),
);
