import * as evenkeel from "evenkeel";
import * as analysis from "evenkeel/analysis";
import * as io from "evenkeel/io";
import * as node from "evenkeel/io/node";
import * as plot from "evenkeel/plot";
import * as sweeps from "evenkeel/sweep";
import * as testing from "evenkeel/testing";
import train from "./train.cjs";

console.log(await train({ evenkeel, analysis, io, node, plot, sweeps, testing }));
