import { expect } from 'vitest';
import { type Hostile, refused, refusedJs } from '../program.ts';

const families = [
  ['TCP', 'socket.AF_INET, socket.SOCK_STREAM'],
  ['UDP over IPv6', 'socket.AF_INET6, socket.SOCK_DGRAM'],
  ['raw IP', 'socket.AF_INET, socket.SOCK_RAW, 1'],
  ['unix', 'socket.AF_UNIX'],
  ['netlink', 'socket.AF_NETLINK, socket.SOCK_RAW'],
  ['packet', '17, socket.SOCK_RAW'],
  ['vsock', '40, socket.SOCK_STREAM'],
  ['kernel crypto', '38, socket.SOCK_SEQPACKET'],
  ['Bluetooth', '31, socket.SOCK_RAW'],
  ['XDP', '44, socket.SOCK_RAW'],
] as const;

export const network: readonly Hostile[] = [
  ...families.map(([name, socket]) => refused(`a socket: ${name}`, `socket.socket(${socket})`)),
  refused('a pair of network sockets', 'socket.socketpair(socket.AF_INET)'),
  refused(
    'the credentials of the task',
    'import urllib.request; urllib.request.urlopen("http://169.254.170.2/v2/credentials", timeout=1)',
  ),
  refused(
    'the metadata of the machine',
    'import urllib.request; urllib.request.urlopen("http://169.254.169.254/latest/meta-data/", timeout=1)',
  ),
  refused('the supervisor', 'socket.create_connection(("127.0.0.1", 8700), timeout=1)'),
  refused('a DNS lookup', 'socket.getaddrinfo("example.com", 80)'),
  refused(
    'to connect to the socket of its streams again',
    'socket.socket(socket.AF_UNIX).connect(socket.socket(fileno=os.dup(1)).getpeername())',
  ),
  {
    tries: 'to pass descriptors to the supervisor',
    code: `
import array, os, socket
stream = socket.socket(fileno=os.dup(1))
reader, writer = os.pipe()
for _ in range(50):
    try: stream.sendmsg([b"x"], [(socket.SOL_SOCKET, socket.SCM_RIGHTS, array.array("i", [reader] * 100))])
    except OSError: pass`,
    after: ({ stdout }) => expect(stdout).toMatch(/^x+$/),
  },
  {
    tries: 'to read from the supervisor on its output',
    code: 'import os, socket\ns = socket.socket(fileno=os.dup(1)); s.settimeout(0.2)\ntry: print(len(s.recv(100)))\nexcept OSError as error: print(type(error).__name__)',
    after: ({ stdout }) => expect(stdout).toMatch(/^(timeout|TimeoutError)\n$/),
  },
  refusedJs('a server', 'const s = net.createServer().listen(0); await once(s, "listening")'),
  refusedJs('a connection', 'await once(net.connect(80, "127.0.0.1"), "connect")'),
  refusedJs('a unix socket', 'await once(net.createServer().listen("s.sock"), "listening")'),
  refusedJs('a datagram', 'const s = dgram.createSocket("udp4"); s.bind(0); await once(s, "listening")'),
  refusedJs('the metadata of the machine', 'await fetch("http://169.254.169.254/latest/meta-data/")'),
  refusedJs('the credentials of the task', 'await fetch("http://169.254.170.2/v2/credentials")'),
  refusedJs('a DNS lookup', 'await dns.lookup("example.com")'),
  refusedJs('a DNS lookup with its own resolver', 'await dns.resolve4("example.com")'),
  refusedJs(
    'an inspector that listens',
    'const { default: i } = await import("node:inspector"); i.open(0, "127.0.0.1"); if (!i.url()) throw new Error("none")',
  ),
];
