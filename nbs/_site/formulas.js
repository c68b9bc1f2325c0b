// Draws formulas: for each line [formula, whether it stands alone] a line {html} or {error}. Ends when its input does.
const katex = require(process.argv[2]);
require("readline").createInterface({ input: process.stdin }).on("line", (line) => {
  const [formula, displayMode] = JSON.parse(line);
  let answer;
  try { answer = { html: katex.renderToString(formula, { displayMode }) }; }
  catch (error) { answer = { error: error.message }; }
  console.log(JSON.stringify(answer));
});
