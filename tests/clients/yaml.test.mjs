// What an editor makes of the JSON Schema of modules: the YAML language server, spoken to as an editor does.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdtemp, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, before, test } from 'node:test';
import { pathToFileURL } from 'node:url';

const SCHEMA = process.env.KONTOR_MODULE_SCHEMA;
const SERVER = join(
  dirname(createRequire(import.meta.url).resolve('yaml-language-server/package.json')),
  'bin/yaml-language-server',
);

/** The language server, in the messages of the Language Server Protocol 3.17. */
class Editor {
  #server = spawn(process.execPath, [SERVER, '--stdio'], { stdio: ['pipe', 'pipe', 'inherit'] });
  #rest = Buffer.alloc(0);
  #answers = new Map();
  #reports = new Map();
  #number = 0;

  constructor() {
    this.#server.stdout.on('data', (chunk) => {
      this.#rest = Buffer.concat([this.#rest, chunk]);
      for (;;) {
        const head = this.#rest.indexOf('\r\n\r\n');
        if (head < 0) return;
        const start = head + 4;
        const end = start + Number(/Content-Length: (\d+)/i.exec(this.#rest.subarray(0, head).toString())[1]);
        if (this.#rest.length < end) return;
        this.#take(JSON.parse(this.#rest.subarray(start, end).toString()));
        this.#rest = this.#rest.subarray(end);
      }
    });
  }

  #take(message) {
    if (message.method === 'textDocument/publishDiagnostics') {
      this.#reports.get(message.params.uri)?.(message.params.diagnostics);
    } else if (message.method !== undefined && message.id !== undefined) {
      // It asks for settings, and for leave to watch files.
      const result = message.method === 'workspace/configuration' ? message.params.items.map(() => null) : null;
      this.#send({ id: message.id, result });
    } else if (message.id !== undefined) {
      this.#answers.get(message.id)?.(message);
    }
  }

  #send(message) {
    const body = Buffer.from(JSON.stringify({ jsonrpc: '2.0', ...message }));
    this.#server.stdin.write(`Content-Length: ${body.length}\r\n\r\n`);
    this.#server.stdin.write(body);
  }

  async ask(method, params) {
    const id = (this.#number += 1);
    const answer = new Promise((resolve) => this.#answers.set(id, resolve));
    this.#send({ id, method, params });
    const { result, error } = await answer;
    if (error) throw new Error(error.message);
    return result;
  }

  tell(method, params) {
    this.#send({ method, params });
  }

  /** Opens a file in which `¦` stands for the cursor; gives its address, the cursor, and what is wrong with it. */
  async open(name, marked) {
    const at = marked.indexOf('¦');
    const text = marked.replace('¦', '');
    const lines = marked.slice(0, Math.max(at, 0)).split('\n');
    const uri = pathToFileURL(join(folder, name)).href;
    const report = new Promise((resolve) => this.#reports.set(uri, resolve));
    await writeFile(join(folder, name), text);
    const textDocument = { uri, languageId: 'yaml', version: 1, text };
    this.tell('textDocument/didOpen', { textDocument });
    const position = { line: lines.length - 1, character: lines.at(-1).length };
    return { textDocument: { uri }, position, text, problems: await report };
  }

  close() {
    this.#server.kill();
  }
}

let folder;
let editor;

before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'kontor-yaml-'));
  editor = new Editor();
  await editor.ask('initialize', {
    processId: process.pid,
    rootUri: pathToFileURL(folder).href,
    capabilities: {
      textDocument: {
        completion: { completionItem: { snippetSupport: true } },
        hover: { contentFormat: ['markdown'] },
        publishDiagnostics: {},
      },
    },
  });
  editor.tell('initialized', {});
});

after(() => editor.close());

const module = (fields, rest = '') =>
  `# yaml-language-server: $schema=${pathToFileURL(SCHEMA).href}
format: 1
module: Shipment
plural: Shipments
blocks:
  main:
    fields:
${fields}
${rest}`;

const labels = (completion) => (completion.items ?? completion).map((item) => item.label);

test('a module without mistakes has none', async () => {
  const { problems } = await editor.open('right.yaml', module('      name: {type: text, required: true}'));
  assert.deepEqual(problems, []);
});

test('keys are offered', async () => {
  const place = await editor.open('keys.yaml', module('      name: {type: text}', '¦'));
  const offered = labels(await editor.ask('textDocument/completion', place));
  for (const key of ['title', 'traits', 'rules', 'access', 'views']) assert.ok(offered.includes(key), `${key}: ${offered}`);
});

test('types are offered', async () => {
  const place = await editor.open('types.yaml', module('      name:\n        type: ¦'));
  const offered = labels(await editor.ask('textDocument/completion', place));
  for (const type of ['text', 'money', 'relation', 'datetime']) assert.ok(offered.includes(type), `${type}: ${offered}`);
});

test('modules are offered as the target of a relation', async () => {
  const place = await editor.open('to.yaml', module('      account:\n        type: relation\n        to: ¦'));
  const offered = labels(await editor.ask('textDocument/completion', place));
  for (const name of ['Account', 'Contact', 'Opportunity']) assert.ok(offered.includes(name), `${name}: ${offered}`);
});

test('a key says what it means', async () => {
  const place = await editor.open('hover.yaml', module('      total:\n        type: money\n        roll¦up: {sum: lines.total}'));
  const { contents } = await editor.ask('textDocument/hover', place);
  assert.match(contents.value ?? contents, /sums up the records of a connection/);
});

test('mistakes are shown where they are', async () => {
  const wrong = module('      name: {type: tekst}\n      done: {type: boolean, pattern: x}\n      size: {typ: text}');
  const { problems, text } = await editor.open('wrong.yaml', wrong);
  const lines = text.split('\n');
  const at = ({ range: { start, end } }) => lines[start.line].slice(start.character, end.character);
  const found = problems.map((problem) => [at(problem), problem.message]);
  const has = (place, message) =>
    assert.ok(found.some(([at, said]) => at.includes(place) && message.test(said)), `${place}: ${JSON.stringify(found)}`);
  has('tekst', /not accepted|enum|Valid values/i);
  has('x', /`pattern` means nothing for `boolean`/);
  has('typ', /Property typ is not allowed/);
});
