// Opens the explorer in a headless browser, signs in, runs a query and looks for records in the answer.
//
//   node e2e/explorer.mjs --url http://127.0.0.1:8080/ --email admin@demo.kontor.example --password kontor-demo \
//     [--screenshot explorer.png] [--scheme dark]
//
// The browser is a Chromium of the system: $CHROMIUM, or the first on PATH. Exit code 0: all is well. 77: no browser.
// 1: something is wrong, and the message says what.
import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import { parseArgs } from 'node:util';
import { chromium } from 'playwright-core';

const { values: options } = parseArgs({
  options: {
    url: { type: 'string', default: 'http://127.0.0.1:8080/' },
    email: { type: 'string', default: 'admin@demo.kontor.example' },
    password: { type: 'string', default: 'kontor-demo' },
    screenshot: { type: 'string' },
    scheme: { type: 'string', default: 'light' },
  },
});

/** How long a step may take; the first visit reads some megabytes of scripts. */
const patience = 30_000;

const executablePath = findBrowser();
if (!executablePath) {
  console.error('no browser: install Chromium, or name one in $CHROMIUM');
  process.exit(77);
}

const browser = await chromium.launch({
  executablePath,
  headless: true,
  args: [
    '--headless',
    '--no-sandbox',
    '--disable-gpu',
    '--disable-quic',
    '--no-first-run',
    '--disable-background-networking',
    '--disable-component-update',
    '--disable-sync',
  ],
});
try {
  await explore();
  console.log('the explorer works');
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
} finally {
  await browser.close();
}

async function explore() {
  const page = await browser.newPage({ viewport: { width: 1400, height: 860 }, colorScheme: options.scheme });
  page.setDefaultTimeout(patience);
  const { origin } = new URL(options.url);
  const strangers = [];
  const problems = [];
  // Requests of workers pass here too. What is not the server's is what an explorer without a network would miss.
  await page.context().route(
    (url) => !['blob:', 'data:'].includes(url.protocol) && url.origin !== origin,
    (route) => {
      strangers.push(route.request().url());
      return route.abort();
    },
  );
  page.on('pageerror', (error) => problems.push(error.message));
  page.on('console', (message) => message.type() === 'error' && problems.push(message.text()));
  page.on('response', (response) => response.status() >= 400 && problems.push(`${response.status()} ${response.url()}`));

  try {
    await page.goto(options.url);
    expect((await page.title()) === 'Kontor', `the title is ${await page.title()}`);

    // The editor keeps alerts of its own, outside the bar.
    const notice = page.getByRole('banner').getByRole('alert');
    // A wrong password is told, and does not sign in.
    await enter(page, `${options.password}-wrong`);
    await notice.getByText('password').waitFor();
    await enter(page, options.password);
    await page.getByTestId('session').getByText(options.email).waitFor();
    expect((await notice.count()) === 0, 'the message about the password is still there');

    // Each prepared query, but not the mutations, shows records.
    const tabs = page.locator('.graphiql-tab-button');
    await tabs.first().waitFor();
    const names = await tabs.allInnerTexts();
    expect(names.length >= 4, `there are ${names.length} tabs`);
    for (const [index, name] of names.entries()) {
      if (/^create/i.test(name.trim())) continue;
      await tabs.nth(index).click();
      const text = await run(page);
      const answer = JSON.parse(text);
      expect(!answer.errors, `${name}: ${text}`);
      const [[field, connection]] = Object.entries(answer.data);
      expect(connection.nodes.length > 0, `${name}: no ${field}`);
      const shown = Object.values(connection.nodes[0]).find((value) => typeof value === 'string');
      await shows(page, JSON.stringify(shown));
      console.log(`${name.trim()}: ${connection.nodes.length} of ${connection.totalCount} ${field}`);
    }
    await tabs.first().click();
    await run(page);

    // The token lasts over a reload, and goes with the sign-out.
    await page.reload();
    await page.getByTestId('session').getByText(options.email).waitFor();
    await shows(page, 'query Accounts', '.graphiql-query-editor');
    if (options.screenshot) {
      await run(page);
      await page.getByRole('button', { name: 'Show Documentation Explorer' }).click();
      await page.getByText('Root Types').waitFor();
      await page.screenshot({ path: options.screenshot });
    }
    await page.getByRole('button', { name: 'Sign out' }).click();
    await page.getByRole('button', { name: 'Sign in' }).waitFor();
    expect(JSON.parse(await run(page)).errors?.length > 0, 'signed out, and data all the same');
  } catch (error) {
    const seen = [...problems, ...strangers.map((url) => `asked for ${url}`)];
    throw new Error([error.message, ...seen].join('\n  '), { cause: error });
  }
  expect(strangers.length === 0, `other hosts were asked: ${strangers.join(', ')}`);
  expect(problems.length === 0, `the page has problems:\n  ${problems.join('\n  ')}`);
}

async function enter(page, password) {
  await page.getByLabel('E-mail').fill(options.email);
  await page.getByLabel('Password').fill(password);
  await page.getByRole('button', { name: 'Sign in', exact: true }).click();
}

/** Presses play; gives what the server answered. */
async function run(page) {
  // Not what the page asks by itself.
  const asked = (response) =>
    response.url().endsWith('/graphql') && !/IntrospectionQuery|"Logout"/.test(response.request().postData() ?? '');
  const [response] = await Promise.all([
    page.waitForResponse(asked),
    page.locator('.graphiql-execute-button').click(),
  ]);
  return response.text();
}

/** Waits until the pane shows the text. The editor breaks long lines and writes spaces that do not break. */
async function shows(page, text, pane = '.graphiql-response') {
  const plain = (value) => value.replace(/\s/g, '');
  const deadline = Date.now() + patience;
  for (;;) {
    const lines = (await page.locator(`${pane} .view-line`).allInnerTexts()).join('\n');
    if (plain(lines).includes(plain(text))) return;
    if (Date.now() > deadline) throw new Error(`${pane} does not show ${text}, but:\n${lines}`);
    await page.waitForTimeout(100);
  }
}

function findBrowser() {
  const names = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'];
  const folders = (process.env.PATH ?? '').split(delimiter);
  const candidates = [process.env.CHROMIUM, ...names.flatMap((name) => folders.map((folder) => join(folder, name)))];
  return candidates.filter(Boolean).find((path) => {
    try {
      accessSync(path, constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}

function expect(holds, otherwise) {
  if (!holds) throw new Error(otherwise);
}
