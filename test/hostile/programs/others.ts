import { expect } from 'vitest';
import { gives, type Hostile, javascript, prints, refused } from '../program.ts';

/** Planted in a run before these programs, which must not find it. */
export const marker = 'planted-7f3a91c2';
/** Reversed, so that the search does not itself put the marker in memory. */
const backwards = [...marker].reverse().join('');

const eachProcess = (path: string) => `
import os
for pid in [*range(1, 400), *range(max(1, os.getppid() - 300), os.getppid() + 5), *range(os.getpid() - 300, os.getpid() + 300)]:
    try:
        with open(f"/proc/{pid}/${path}", "rb") as file: print(pid, len(file.read(100)))
    except OSError: pass
try: print(os.listdir("/proc"))
except OSError: pass`;

/** Counts the marker in the objects of the interpreter, and in the memory pages that hold them. */
export const search = `
import ctypes, gc, os
gc.unfreeze()
backwards = "${backwards}"
things = [thing for thing in gc.get_objects() if isinstance(thing, (dict, list, tuple))]
pages = {id(thing) >> 12 for thing in gc.get_objects()}
print(sum(backwards in repr(thing)[:100_000][::-1] for thing in things),
      sum(backwards.encode() in ctypes.string_at(page << 12, 4096)[::-1] for page in pages), len(pages) > 100)`;

export const others: readonly Hostile[] = [
  ...['environ', 'cmdline', 'mem', 'maps', 'status', 'stat', 'root/etc/passwd', 'fd/3', 'cwd/x', 'auxv'].map(
    (path): Hostile => ({
      tries: `${path} of the supervisor, the zygote and other runs`,
      code: eachProcess(path),
      after: prints(''),
    }),
  ),
  refused('the list of processes', 'os.listdir("/proc")'),
  refused('its own process', 'open("/proc/self/status")'),
  { tries: 'to find the memory of an earlier run', code: search, after: prints('0 0 True\n') },
  {
    tries: 'to find what an earlier run left in its directories and modules',
    code: `
import os, sys, json, math, builtins
print(os.listdir("."), os.listdir(os.environ["TMPDIR"]), json.dumps([1]), math.sqrt(4), "LEFT" in os.environ,
      hasattr(builtins, "left"), "left" in sys.modules, [p for p in sys.path if "left" in p], [f for f in sys.meta_path if "Finder" in vars(f).get("__qualname__", "")])`,
    after: prints('[] [] [1] 2.0 False False False [] []\n'),
  },
  {
    tries: 'to leave modified modules, builtins and paths to the next run',
    code: `
import builtins, json, math, os, sys, types
json.dumps = lambda *_: "poisoned"; sys.modules["math"] = None; builtins.left = 1; builtins.print = None
sys.modules["left"] = types.ModuleType("left"); sys.path.append("/left"); os.environ["LEFT"] = "1"
class Finder:
    def find_spec(*_): raise ImportError
sys.meta_path.insert(0, Finder)
sys.stdout.write("unflushed")`,
    after: gives({ status: 'completed', stdout: 'unflushed' }),
  },
  {
    tries: 'to leave modules that shadow those of the next run',
    code: `
import os
for place in (".", os.environ["TMPDIR"], os.environ["HOME"]):
    for name in ("json.py", "sitecustomize.py", "usercustomize.py", "os.py"):
        open(os.path.join(place, name), "w").write("raise SystemExit(66)")`,
    after: gives({ status: 'completed' }),
  },
  {
    tries: 'to shadow modules that its own start needs',
    code: 'import json, threading, traceback, atexit\nprint(json.dumps(1))',
    job: {
      files: ['threading.py', 'traceback.py', 'figures.py', 'channels.py', 'floor.py', 'encodings.py'].map(
        (path) => ({
          path,
          content: Buffer.from('raise SystemExit(66)'),
        }),
      ),
    },
    after: gives({ status: 'completed', stdout: '1\n' }),
  },
  {
    tries: 'to become a second zygote',
    code: `
import gc, sys, types
for thing in gc.get_objects():
    if isinstance(thing, types.FunctionType) and thing.__name__ in ("_serve", "sweep_leftovers"): print("found")
frame = sys._getframe()
while frame.f_back: frame = frame.f_back
raise BaseException`,
    after: gives({ status: 'failed', exitCode: 1, stdout: '' }),
  },
  {
    tries: 'to fork through the frames below it, and report as another run',
    code: `
import os, sys
frame = sys._getframe()
while frame:
    for name, value in list(frame.f_locals.items()):
        if name == "token":
            try: os.write(3, value.encode())
            except OSError: pass
    frame = frame.f_back
print("alone")`,
    after: prints('alone\n'),
  },
  {
    tries: 'more than its three descriptors',
    code: `
import os
def is_open(descriptor):
    try: os.fstat(descriptor)
    except OSError: return False
    return True
print([d for d in range(4096) if is_open(d)])`,
    after: prints('[0, 1, 2]\n'),
  },
  {
    tries: 'the rights of a user who has groups and capabilities',
    code: 'import os\nprint(os.getuid() != 0, os.getresuid() == (os.getuid(),) * 3, [g for g in os.getgroups() if g != os.getgid()])',
    after: prints('True True []\n'),
  },
  {
    tries: 'an environment that is not its own',
    code: 'import os\nprint([name for name in os.environ if name.startswith(("STRONGROOM", "AWS", "ECS", "NODE"))])',
    after: prints('[]\n'),
  },
  {
    tries: 'to raise an error that cannot be reported',
    code: `
import sys
class Odd(BaseException):
    def __str__(self): raise MemoryError
    __repr__ = __str__
sys.excepthook = lambda *_: 1 / 0
sys.stderr = None
raise Odd`,
    after: gives({ status: 'failed', exitCode: 1 }),
  },
  javascript(
    'to find what an earlier run left',
    `
const fs = require('node:fs');
console.log(fs.readdirSync('.').join(), fs.readdirSync(process.env.TMPDIR).length, Object.keys(process.env).length, typeof globalThis.left);`,
    prints('main.js 0 5 undefined\n'),
  ),
  javascript(
    'to leave modified globals to the next run',
    `
Object.prototype.left = 1; globalThis.left = 1; Array.prototype.push = null; JSON.stringify = () => 'poisoned'; process.env.LEFT = '1';
require('node:fs').writeFileSync('package.json', '{"type":"module","main":"x"}');
require('node:fs').mkdirSync('node_modules/fs', { recursive: true });`,
    gives({ status: 'completed' }),
  ),
  javascript(
    'to read the job through its descriptor again',
    `
const fs = require('node:fs');
let bytes = 0;
for (const at of [3, 4, 5]) try { bytes += fs.readSync(at, Buffer.alloc(10), 0, 10, null); } catch {}
console.log(bytes); process.exit(0);`,
    prints('0\n'),
    { timeoutMs: 3000 },
  ),
  javascript(
    'internals of Node.js',
    `
try { process.binding('spawn_sync').spawn({ file: '/bin/sh', args: ['sh'], stdio: [] }); } catch {}
try { process._debugProcess(process.ppid); } catch {}
console.log(process.getuid() === 0);`,
    ({ stdout, signal }) => expect(stdout === 'false\n' || signal !== null).toBe(true),
  ),
];
