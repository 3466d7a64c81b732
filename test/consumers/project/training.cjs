const train = require("./train.cjs");

train({
  evenkeel: require("evenkeel"),
  analysis: require("evenkeel/analysis"),
  io: require("evenkeel/io"),
  node: require("evenkeel/io/node"),
  plot: require("evenkeel/plot"),
  sweeps: require("evenkeel/sweep"),
  testing: require("evenkeel/testing"),
}).then(console.log);
