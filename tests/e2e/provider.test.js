/** Sign-in at a hospital's own identity provider instead of ours. */

import assert from "node:assert/strict";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, it } from "node:test";
import { Provider } from "oidc-provider";
import { DESKTOP, launch, Visitor } from "./browser.js";
import { startFilmless } from "./filmless.js";

const SECRET = "a secret of this test that is long enough";
const STAFF = {
  lan: { name: "Trần Thị Lan", groups: ["bv-ho-so", "bv-moi-nguoi"] },
  nam: { name: "Lê Văn Nam", groups: ["bv-moi-nguoi"] },
};

let browser;
let folder;
let filmless;
let server;
let issuer;

before(async () => {
  // We must know its address before it knows ours.
  let answer = (_request, response) => response.writeHead(503).end();
  server = createServer((request, response) => answer(request, response)).listen(0, "127.0.0.1");
  await once(server, "listening");
  issuer = `http://127.0.0.1:${server.address().port}`;
  folder = mkdtempSync(join(tmpdir(), "filmless-provider-"));
  const options = [
    ["issuer", issuer],
    ["client-id", "filmless"],
    ["client-secret", SECRET],
    ["roles-claim", "groups"],
    ["role-map", JSON.stringify({ "bv-ho-so": "records" })],
  ].flatMap(([name, value]) => [`--staff-oidc-${name}`, value]);
  filmless = await startFilmless(join(folder, "data"), { options });
  const client = {
    client_id: "filmless",
    client_secret: SECRET,
    redirect_uris: [`${filmless.portal}/staff/sign-in/return`],
  };
  const provider = new Provider(issuer, {
    clients: [client],
    claims: { openid: ["sub"], profile: ["name", "groups"] },
    conformIdTokenClaims: false,
    cookies: { keys: ["of this test"] },
    findAccount: (_context, id) => ({ accountId: id, claims: () => ({ sub: id, ...STAFF[id] }) }),
  });
  answer = provider.callback();
  browser = await launch({ isWithoutWebGl: true });
});

after(async () => {
  await browser?.close();
  await filmless?.stop();
  server?.close();
  rmSync(folder, { recursive: true, force: true });
});

/** Goes to the provider and through its own pages. */
async function signInAs(name) {
  const origins = [new URL(filmless.portal).origin, issuer];
  const visitor = await Visitor.arrive(browser, DESKTOP, origins);
  const { context, page } = visitor;
  // Its developer pages want a font from elsewhere.
  await context.route((url) => !origins.includes(url.origin), (route) => route.abort());
  await page.goto(`${filmless.portal}/staff`);
  await page.click("main .primary");
  await page.waitForURL(`${issuer}/**`);
  await page.fill("[name=login]", name);
  await page.fill("[name=password]", "any");
  await page.click("[type=submit]");
  await page.locator("text=Authorize").first().waitFor();
  return visitor;
}

it("whoever has a group that is mapped to a role comes in, and only with that role", async () => {
  const visitor = await signInAs("lan");
  const { page } = visitor;
  await page.click("[type=submit]");
  await page.waitForURL(`${filmless.portal}/staff`);
  assert.match(await page.locator(".who").textContent(), /Trần Thị Lan.*Hồ sơ/s);
  assert.equal(await page.locator('.tabs a[href="/staff/audit"]').count(), 0);
  await visitor.leave();
});

it("whoever has none is told so", async () => {
  const visitor = await signInAs("nam");
  const { page } = visitor;
  visitor.expectStatus(403);
  await page.click("[type=submit]");
  await page.waitForURL(`${filmless.portal}/staff/sign-in/return**`);
  assert.match(await page.locator("main").textContent(), /chưa có vai trò nào/);
  await visitor.leave();
});
