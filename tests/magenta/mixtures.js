// What the library says after each row: node mixtures.js MODEL.gen.json < request > answer
//
// The request is {rows: [[dx, dy, down, up, end], ...], first: bool}, offsets in pixels at a pixel
// factor of 1. With `first` the library begins with the state that the file carries in
// info.strokebook.first, otherwise with its own zeros.
'use strict';
const fs = require('fs');
const http = require('http');
const path = require('path');
const {SketchRNN} = require(path.resolve('node_modules', '@magenta/sketch'));

const MIXTURES = 20;

function parameters(pdf) {
  // The package's sigmaY has numbers too many behind its own (a slip in its slice).
  return [].concat(
      ...[pdf.pi, pdf.muX, pdf.muY, pdf.sigmaX, pdf.sigmaY, pdf.corr].map(
          (part) => Array.from(part).slice(0, MIXTURES)),
      Array.from(pdf.pen));
}

async function main() {
  const request = JSON.parse(fs.readFileSync(0, 'utf8'));
  const server = http.createServer((_, answer) => {
    answer.setHeader('content-type', 'application/json');
    fs.createReadStream(process.argv[2]).pipe(answer);
  });
  await new Promise((ready) => server.listen(0, '127.0.0.1', ready));
  console.log = () => {};  // the library greets on stdout
  const model = new SketchRNN(`http://127.0.0.1:${server.address().port}/model.gen.json`);
  await model.initialize();
  server.close();
  model.setPixelFactor(1.0);
  let state = model.zeroState();
  if (request.first) {
    const first = model.info.strokebook.first;
    state = {c: Float32Array.from(first.c), h: Float32Array.from(first.h)};
  }
  const found = [];
  for (const row of request.rows) {
    state = model.update(row, state);
    found.push(parameters(model.getPDF(state, 1.0, 1.0)));  // temperature 1: as the net says
  }
  const start = model.zeroInput();
  process.stdout.write(JSON.stringify({info: model.info, start, found}));
  process.exit(0);
}

main().catch((error) => {
  console.error(error);
  process.exit(1);
});
