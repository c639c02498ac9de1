'use strict';
/**
 * Loaded by Node.js before the program of a JavaScript run: waits for the job on descriptor 3, puts it where a
 * program expects it, and lets Node.js go on to run `main.js` as it runs any file. Threads of the program load it
 * again, and skip it.
 */
const { isMainThread } = require('node:worker_threads');

if (isMainThread) {
  const fs = require('node:fs');
  const { createRequire } = require('node:module');
  const path = require('node:path');
  const job = 3;
  const stdin = 4;
  const program = 'main.js';

  const readExactly = (size) => {
    const bytes = Buffer.allocUnsafeSlow(size);
    for (let at = 0; at < size; ) {
      const count = fs.readSync(job, bytes, at, size - at, null);
      // The supervisor has no job for this slot any more.
      if (count === 0) process.exit(0);
      at += count;
    }
    return bytes;
  };

  const writeFully = (descriptor, bytes) => {
    for (let at = 0; at < bytes.length; ) at += fs.writeSync(descriptor, bytes, at);
  };

  delete process.env.UV_USE_IO_URING;
  process.execArgv = [];
  delete require.cache[__filename];
  for (const stream of [process.stdout, process.stderr]) {
    // What was written before process.exit() is not lost.
    stream._handle.setBlocking(true);
  }
  writeFully(job, Buffer.from('R'));

  const header = JSON.parse(readExactly(readExactly(4).readUInt32BE()).toString());
  for (const file of header.files) {
    fs.mkdirSync(path.dirname(file.path), { recursive: true });
    fs.writeFileSync(file.path, readExactly(file.sizeBytes));
  }
  fs.closeSync(job);
  fs.writeFileSync(program, header.code);
  writeFully(stdin, Buffer.from(header.stdin));
  fs.closeSync(stdin);
  Object.assign(process.env, header.env);
  process.argv.splice(2, Number.POSITIVE_INFINITY, ...header.args);

  const unchanged = header.code;
  const place = path.resolve(program);
  // A CommonJS module has its own; an ES module finds this one.
  globalThis.require = createRequire(place);
  process.on('exit', () => {
    // The program is not one of the files that it made.
    try {
      if (fs.readFileSync(place, 'utf8') === unchanged) fs.unlinkSync(place);
    } catch {
      // It has done so itself.
    }
  });
}
