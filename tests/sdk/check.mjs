// The real JavaScript SDK against a served sandbox: node check.mjs <address> <token> <connection>
// Every answer is read by the SDK's own schemas. Prints one line a check; any failure ends it.
import assert from "node:assert/strict";
import * as membrane from "@membranehq/sdk";

const [address, token, connectionId] = process.argv.slice(2);
const client = new membrane.MembraneClient({ apiUri: address, token });
const connection = client.connection(connectionId);
const key = "list-accounts";
const integrationKey = "exact-online";

let checks = 0;
async function check(label, work) {
  try {
    await work();
  } catch (error) {
    console.error(`failed: ${label}`);
    console.error(error.issues ?? error.data ?? error);
    process.exit(1);
  }
  checks += 1;
  console.log(`ok ${label}`);
}

function fits(schema, value) {
  const read = membrane[schema].safeParse(value);
  assert.ok(read.success, `${schema}: ${JSON.stringify(read.error?.issues)}`);
  return value;
}

async function faults(...given) {
  const answer = await fetch(`${address}/_sandbox/faults`, {
    method: given.length ? "POST" : "DELETE",
    body: given.length ? JSON.stringify(given) : undefined,
  });
  assert.equal(answer.status, 200, await answer.text());
}

async function thrown(work) {
  try {
    await work();
  } catch (error) {
    return error;
  }
  assert.fail("nothing was thrown");
}

// who and what there is

await check("self", async () => {
  fits("TenantSelfResponse", await client.self.get());
});

await check("connections: find, with a filter, get by id, key and integration", async () => {
  const { items } = await client.connections.find();
  assert.equal(items[0].id, connectionId);
  items.forEach((item) => fits("ConnectionApiResponse", item));
  assert.equal((await client.connections.find({ connected: false })).items.length, 0);
  for (const selector of [connectionId, items[0].key, integrationKey]) {
    const found = fits("ConnectionApiResponse", await client.connection(selector).get());
    assert.equal(found.id, connectionId);
    assert.equal(found.state, "READY");
  }
});

await check("connections: ensure, wait, patch, refresh, archive", async () => {
  const made = await client.post("/connections", { intent: "Connect to Exact Online" });
  assert.equal(fits("ConnectionApiResponse", made).state, "BUILDING");
  const built = await client.get(`/connections/${made.id}`, { wait: true, timeout: 5 });
  assert.equal(fits("ConnectionApiResponse", built).clientAction.type, "connect");
  await fetch(built.clientAction.uiUrl, {
    method: "POST",
    body: new URLSearchParams({ answer: "connect" }),
  });
  const own = client.connection(made.id);
  assert.equal((await own.get()).state, "READY");
  assert.equal((await own.patch({ name: "Second" })).name, "Second");
  assert.equal(await client.post(`/connections/${made.id}/refresh-credentials`), "");
  await own.archive();
  assert.equal((await client.connections.find()).items.length, 1);
  const ensured = await client.post("/connections/ensure", { appUrl: "exactonline.nl" });
  assert.equal(ensured.id, connectionId);
});

await check("connection requests, and what connect() asks first", async () => {
  const made = await client.post("/connection-requests", { connectorKey: integrationKey });
  assert.equal(fits("ConnectionRequest", made).status, "pending");
  await fetch(made.url, { method: "POST", body: new URLSearchParams({ answer: "connect" }) });
  const settled = await client.get(`/connection-requests/${made.requestId}`);
  assert.equal(fits("ConnectionRequest", settled).status, "success");
  const second = client.connection(settled.resultConnectionId);
  assert.equal((await second.get()).state, "READY");
  await second.archive();
  const options = await client.post("/connection-options", { integrationKey });
  options.forEach((option) => fits("IntegrationAuthOption", option));
});

await check("search, apps and integrations", async () => {
  const query = { q: "exact-online", elementType: "connector", limit: 5 };
  const { items } = await client.get("/search", query);
  assert.equal(fits("WorkspaceElementSearchResult", items[0]).element.key, integrationKey);
  assert.ok(Array.isArray(await client.get("/semantic-search", { q: "dutch bookkeeping" })));
  assert.equal((await client.get("/external-apps", { search: "exact" })).items.length, 1);
  const integration = await client.integration(integrationKey).get();
  fits("IntegrationApiResponse", integration);
  assert.equal((await client.integrations.find({ search: "exact" })).items[0].id, integration.id);
});

// actions

await check("actions: find, findAll, by intent, by id and key, of a connection", async () => {
  const all = await client.actions.findAll({ connectionId });
  assert.equal(all.length, 20);
  all.forEach((action) => {
    fits("ActionApiResponse", action);
    fits("DataSchema", action.inputSchema);
    fits("DataSchema", action.outputSchema);
  });
  const found = await client.actions.find({ connectionId, intent: "unpaid invoices", limit: 3 });
  assert.equal(found.items[0].key, "list-sales-invoices");
  const { id } = await client.action(key).get();
  for (const action of [
    client.action(id),
    client.action({ key, integrationKey }),
    client.action({ key, connectionId }),
    connection.action(key),
    client.actionInstance({ connectionId, parentKey: key, autoCreate: true }),
  ]) {
    assert.equal((await action.get()).id, id);
  }
  assert.equal((await client.integration(integrationKey).actions.list()).items.length, 20);
});

await check("runs: all four routes of the SDK, and /act", async () => {
  const input = { top: 2, select: ["ID", "Name"] };
  const { id } = await client.action(key).get();
  const runs = [
    await client.action(id).run(input, { connectionId }),
    await client.action({ key, integrationKey }).run(input, { connectionId }),
    await connection.action(key).run(input),
    await client.actionInstance({ connectionId, parentKey: key }).run(input),
    await client.post("/act", { key, connectionId, input }),
  ];
  for (const run of runs) {
    fits("ActionRunResponse", run);
    assert.deepEqual(run.output, runs[0].output);
    assert.equal(run.output.d.length, 2);
  }
  assert.ok((await client.action(id).run()).output.d.results.length > 2);
  const log = await client.get(`/action-run-logs/${runs[0].actionRunId}`);
  assert.equal(fits("ActionRunLogRecordApiResponse", log).status, "success");
});

// Exact Online itself

let division;
await check("proxy: get by path and by full address", async () => {
  const path = "api/v1/current/Me?$select=CurrentDivision";
  for (const each of [`/${path}`, path, `https://start.exactonline.nl/${path}`]) {
    const me = await connection.proxy.get(each);
    division = me.d.results[0].CurrentDivision;
    assert.ok(Number.isInteger(division));
  }
  const request = { path: "/current/Me", method: "GET", query: { $select: "FullName" } };
  const answer = await client.post(`/connections/${connectionId}/request`, request);
  assert.equal(answer.status, 200);
  assert.ok(answer.data.d.results[0].FullName);
});

await check("proxy: post, get, put and delete a record", async () => {
  const accounts = `/api/v1/${division}/crm/Accounts`;
  const made = await connection.proxy.post(accounts, { Name: "Rijwielhandel Proef" });
  const one = `${accounts}(guid'${made.d.ID}')`;
  assert.equal(await connection.proxy.put(one, { City: "Groningen" }), "");
  const { d } = await connection.proxy.get(`${one}?$select=Name,City`);
  assert.deepEqual([d.Name, d.City], ["Rijwielhandel Proef", "Groningen"]);
  assert.equal(await connection.proxy.delete(one), "");
  const gone = await thrown(() => connection.proxy.get(one));
  assert.equal(gone.name, "AxiosError");
  assert.equal(gone.response.status, 404);
  assert.ok(gone.response.data.error.message.value);
});

await check("writes: create, read back, update", async () => {
  const input = { name: "Fietsplaza Proef", email: "info@example.nl", status: "C" };
  const made = await connection.action("create-account").run(input);
  const id = made.output.d.ID;
  await connection.action("update-account").run({ id, city: "Assen" });
  const { d } = (await connection.action("get-account").run({ id })).output;
  assert.deepEqual([d.Name, d.Email, d.City], [input.name, input.email, "Assen"]);
});

await check("option lists", async () => {
  const customers = connection.dataCollection("customers");
  fits("DataCollectionSpec", await customers.get());
  const page = fits("DataCollectionListResponse", await customers.list());
  page.records.forEach((record) => fits("DataRecordSchema", record));
  const { id, name } = page.records[0];
  assert.equal((await customers.findById({ id })).record.name, name);
  const found = await customers.search({ query: name });
  assert.ok(found.records.some((record) => record.id === id));
});

// what goes wrong

const run = () => client.action(key).run({ top: 1 }, { connectionId });

await check("error: an input that does not fit", async () => {
  const error = await thrown(() => connection.action("create-account").run({ status: "Q" }));
  assert.ok(error instanceof membrane.BadRequestError);
  assert.equal(error.data.data.errors.length, 2);
});

await check("error: a record that is not there", async () => {
  const id = "6f1a4b4e-0000-4000-8000-000000000000";
  const error = await thrown(() => connection.action("get-account").run({ id }));
  assert.ok(error instanceof membrane.ActionRunError);
  assert.match(error.data.actionRunId, /^run_/);
  assert.equal(error.data.causedByError.key, "not_found");
  assert.equal(error.data.causedByError.data.response.status, 404);
});

await check("error: no such thing, and a token that has run out", async () => {
  const missing = await thrown(() => client.action("list-nothing").get());
  assert.equal(missing.data.key, "not_found");
  const stranger = new membrane.MembraneClient({ apiUri: address, token: "pat-nobody" });
  const refused = await thrown(() => stranger.self.get());
  assert.ok(refused instanceof membrane.BadRequestError);
  assert.equal(refused.data.key, "not_authenticated");
});

await check("error: code is not run", async () => {
  const error = await thrown(() => client.post("/act", { code: "1 + 1", connectionId }));
  assert.ok(error instanceof membrane.CustomCodeError);
});

for (const [kind, name, field] of [
  ["rate_limit_retry_after", "BadRequestError", "rate_limit_exceeded"],
  ["forbidden", "BadRequestError", "access_denied"],
  ["token_expired", "ConnectionError", "access_token_expired"],
  ["server_error", "InternalError", undefined],
]) {
  await check(`error: ${kind} is a ${name}`, async () => {
    await faults({ kind, path: "/actions/*/run" });
    const error = await thrown(run);
    assert.ok(error instanceof membrane[name], error.constructor.name);
    assert.equal(error.data.key, field);
    fits("ErrorDataSchema", error.data);
    await run();
  });
}

for (const [type, name] of [
  ["configuration", "ConfigurationError"],
  ["concurrency", "ConcurrencyError"],
  ["unit_run", "UnitRunError"],
  ["flow_run", "FlowRunError"],
  ["flow_instance_setup", "FlowInstanceSetupError"],
  ["action_instance_setup", "ActionInstanceSetupError"],
  ["dependency_error", "DependencyError"],
  ["insufficient_credit", "InsufficientCreditsError"],
  ["openrouter_not_configured", "OpenRouterNotConfiguredError"],
]) {
  await check(`error: ${type} is a ${name}`, async () => {
    const body = { type, message: "As told", actionRunId: "run_1", data: { errorId: "e" } };
    await faults({ kind: "answer", path: "/actions/*/run", status: 400, body });
    const error = await thrown(run);
    assert.ok(error instanceof membrane[name], error.constructor.name);
    assert.equal(error.message, "As told");
    assert.equal(error.data.actionRunId, "run_1");
  });
}

await check("error: a connection that was lost, and connected again", async () => {
  await faults({ kind: "disconnected", path: "/actions/*/run" });
  const error = await thrown(run);
  assert.ok(error instanceof membrane.ConnectionError);
  assert.equal(error.data.key, "connection_is_defunct");
  await fetch(error.data.data.uiUrl, {
    method: "POST",
    body: new URLSearchParams({ answer: "connect" }),
  });
  assert.equal((await run()).output.d.length, 1);
});

await check("error: web pages, and a line that is cut", async () => {
  await faults({ kind: "bad_gateway" });
  assert.equal((await thrown(run)).response.status, 502);
  await faults({ kind: "html" });
  assert.match(await run(), /^<!DOCTYPE html>/);
  await faults({ kind: "dropped" });
  assert.equal((await thrown(run)).code, "ECONNRESET");
  await faults();
});

console.log(`${checks} checks passed`);
